import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { Client, credentials } from '@grpc/grpc-js';
import { loadSync, type MethodDefinition } from '@grpc/proto-loader';
import { expect } from 'chai';
import { protoPath } from 'grpc-health-check';
import { csi } from '../../src/csi/proto.js';
import { eventually } from '../integration/eventually.js';
import { withSite } from './site.js';

const identity = {
  definition: csi.Identity.service,
  handlers: { GetPluginInfo: () => ({ name: 'a.test', vendor_version: '1' }) },
};

const reflectionPackage = dirname(
  createRequire(import.meta.url).resolve('@grpc/reflection/package.json'),
);

function method(file: string, service: string, name: string): MethodDefinition<object, object> {
  const definition = loadSync(file, { keepCase: true, enums: String })[service];
  const found = definition === undefined || 'format' in definition ? undefined : definition[name];
  if (found === undefined) throw new Error(`${file} has no ${service}.${name}`);
  return found;
}

const check = method(protoPath, 'grpc.health.v1.Health', 'Check');
const watch = method(protoPath, 'grpc.health.v1.Health', 'Watch');
const reflect = method(
  join(reflectionPackage, 'build/proto/grpc/reflection/v1/reflection.proto'),
  'grpc.reflection.v1.ServerReflection',
  'ServerReflectionInfo',
);

describe('the services of gRPC itself', () => {
  const site = withSite();
  let clients: Client[] = [];
  afterEach(() => {
    for (const each of clients) each.close();
    clients = [];
  });

  function client(): Client {
    const made = new Client(`unix:${site.socketPath}`, credentials.createInsecure());
    clients.push(made);
    return made;
  }
  /** Resolves with the answer, or with the number of the code that the call was refused with. */
  const ask = (request: object, path = check.path): Promise<object | number> =>
    new Promise((resolve) => {
      const { requestSerialize, responseDeserialize } = check;
      client().makeUnaryRequest(
        path,
        requestSerialize,
        responseDeserialize,
        request,
        (error, answer) => resolve(error?.code ?? answer ?? {}),
      );
    });
  /** What a client that watches has heard so far, and the end of its call. */
  function watching(): { readonly heard: object[]; readonly ended: Promise<unknown> } {
    const { path, requestSerialize, responseDeserialize } = watch;
    const stream = client().makeServerStreamRequest(path, requestSerialize, responseDeserialize, {
      service: '',
    });
    const heard: object[] = [];
    stream.on('data', (message: object) => heard.push(message));
    return { heard, ended: new Promise((resolve) => stream.on('error', resolve)) };
  }

  it('health is SERVING as a whole and by service, NOT_FOUND for what is not served', async () => {
    await site.serve([identity]);
    for (const service of ['', 'csi.v1.Identity']) {
      expect(await ask({ service }), service).to.deep.equal({ status: 'SERVING' });
    }
    for (const service of ['csi.v1.Node', 'csi.v1.Identity/']) {
      expect(await ask({ service }), service).to.equal(5);
    }
  });

  it('tells who watches when the driver becomes ready', async () => {
    let isReady = false;
    await site.serve([identity], { isReady: () => isReady });
    const { heard } = watching();
    await eventually(() => expect(heard).to.deep.equal([{ status: 'NOT_SERVING' }]));
    isReady = true;
    await eventually(() => expect(heard.slice(1)).to.deep.equal([{ status: 'SERVING' }]));
  });

  it('does not keep the server from stopping', async () => {
    const server = await site.serve([identity]);
    const { heard, ended } = watching();
    await eventually(() => expect(heard).to.have.lengthOf(1));
    await server.stop({ graceMs: 0 });
    await ended;
  });

  it('an RPC of gRPC that is not there: UNIMPLEMENTED, and the CSI goes on', async () => {
    await site.serve([identity]);
    expect(await ask({}, '/grpc.health.v1.Health/Nothing')).to.equal(12);
    expect(await site.connect().identity.GetPluginInfo({})).to.have.property('name', 'a.test');
  });

  it('reflection names the services that are served', async () => {
    await site.serve([identity]);
    const { path, requestSerialize, responseDeserialize } = reflect;
    const stream = client().makeBidiStreamRequest(path, requestSerialize, responseDeserialize);
    const answered = new Promise((resolve, reject) => {
      stream.on('data', resolve).on('error', reject);
    });
    stream.write({ list_services: '' });
    const answer = JSON.stringify(await answered);
    expect(answer).to.include('csi.v1.Identity').and.not.include('csi.v1.Node');
    const ended = new Promise((resolve) => stream.on('end', resolve));
    stream.end();
    await ended;
  });
});
