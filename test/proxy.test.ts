import { existsSync } from 'node:fs';
import { createServer as netServer, connect as dial, type Socket } from 'node:net';
import { once } from 'node:events';
import { join } from 'node:path';
import { expect } from 'chai';
import { csi } from '../src/csi/proto.js';
import { connect } from '../src/csi/client.js';
import { createLog } from '../src/log.js';
import { proxy, type Proxy } from '../src/proxy.js';
import { listenAddress } from '../src/csi/listen-address.js';
import { serve } from '../src/server.js';
import { ListenError } from '../src/server/listener.js';
import { withDirectory } from './host/directory.js';
import { eventually } from './integration/eventually.js';
import { rejectionOf } from './store/rejection.js';

const log = createLog({ level: 'silent', format: 'json' });

async function heard(socket: Socket): Promise<string> {
  const [bytes]: Buffer[] = await once(socket, 'data');
  return bytes?.toString() ?? '';
}

describe('proxy', () => {
  const directory = withDirectory();
  const at = (name: string): string => join(directory.path, name);
  let proxies: Proxy[] = [];
  let sockets: Socket[] = [];
  afterEach(async () => {
    for (const socket of sockets) socket.destroy();
    for (const each of proxies) await each.stop();
    [proxies, sockets] = [[], []];
  });

  async function started(proxyEndpoint = `unix://${at('proxy.sock')}`): Promise<Proxy> {
    const address = listenAddress(proxyEndpoint);
    if (address === undefined) throw new Error('no address');
    const made = proxy({ socketPath: at('csi.sock'), socketMode: 0o600, address, log });
    proxies.push(made);
    await made.start();
    return made;
  }
  async function dialled(to: string | number): Promise<Socket> {
    const socket = typeof to === 'string' ? dial(at(to)) : dial(to, '127.0.0.1');
    sockets.push(socket);
    socket.on('error', () => undefined);
    await once(socket, 'connect');
    return socket;
  }

  for (const first of ['csi.sock', 'proxy.sock']) {
    it(`couples a connection at ${first} with the next at the other, both ways`, async () => {
      await started();
      const one = await dialled(first);
      one.write('early');
      const other = await dialled(first === 'csi.sock' ? 'proxy.sock' : 'csi.sock');
      expect(await heard(other)).to.equal('early');
      other.write('answer');
      expect(await heard(one)).to.equal('answer');
    });
  }

  it('couples in the order of arrival', async () => {
    await started();
    const callers = [await dialled('csi.sock'), await dialled('csi.sock')];
    const players = [await dialled('proxy.sock'), await dialled('proxy.sock')];
    for (const [index, caller] of callers.entries()) caller.write(`caller ${index}`);
    for (const [index, player] of players.entries()) {
      expect(await heard(player)).to.equal(`caller ${index}`);
    }
  });

  for (const [first, other] of [
    ['csi.sock', 'proxy.sock'],
    ['proxy.sock', 'csi.sock'],
  ] as const) {
    it(`couples nothing with a connection at ${first} that has left`, async () => {
      await started();
      const gone = await dialled(first);
      gone.end('gone');
      await once(gone.resume(), 'close');
      const there = await dialled(first);
      there.write('there');
      expect(await heard(await dialled(other))).to.equal('there');
    });

    it(`ends connections at ${first} that are too many to wait`, async () => {
      await started();
      const many = [];
      for (let count = 0; count < 64; count += 1) many.push(await dialled(first));
      const next = await dialled(first);
      await once(next.resume(), 'close');
      many[0]?.write('first');
      expect(await heard(await dialled(other))).to.equal('first');
    });
  }

  it('hands over all that was sent early, in its order', async () => {
    await started();
    const sent = Buffer.from(Array.from({ length: 1_000_000 }, (_, index) => index % 251));
    const caller = await dialled('csi.sock');
    caller.write(sent);
    const player = await dialled('proxy.sock');
    const chunks: Buffer[] = [];
    let length = 0;
    player.on('data', (chunk: Buffer) => {
      chunks.push(chunk);
      length += chunk.length;
    });
    await eventually(() => expect(length).to.equal(sent.length));
    expect(Buffer.concat(chunks).equals(sent)).to.equal(true);
  });

  it('ends a connection with its other half', async () => {
    await started();
    const [caller, player] = [await dialled('csi.sock'), await dialled('proxy.sock')];
    caller.write('x');
    await heard(player);
    player.destroy();
    await once(caller.resume(), 'close');
  });

  it('ends everything and removes its sockets when it stops', async () => {
    const made = await started();
    const caller = await dialled('csi.sock');
    await made.stop();
    await once(caller.resume(), 'close');
    expect([existsSync(at('csi.sock')), existsSync(at('proxy.sock'))]).to.deep.equal([
      false,
      false,
    ]);
  });

  it('has a driver that connects from outside answer the calls', async () => {
    await started();
    const driver = await serve({
      socketPath: at('driver.sock'),
      socketMode: 0o600,
      maxRequestBytes: 4096,
      log,
      services: [
        {
          definition: csi.Identity.service,
          handlers: { GetPluginInfo: () => ({ name: 'outside.test', vendor_version: '1' }) },
        },
      ],
    });
    const client = connect(at('csi.sock'));
    try {
      const answer = client.identity.GetPluginInfo({});
      const [outside, player] = [await dialled('driver.sock'), await dialled('proxy.sock')];
      outside.pipe(player).pipe(outside);
      expect(await answer).to.have.property('name', 'outside.test');
    } finally {
      client.close();
      await driver.stop({ graceMs: 0 });
    }
  });

  it('listens at a port too, and says when that is taken', async () => {
    const other = netServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const address = other.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const error = await rejectionOf(started(`tcp://127.0.0.1:${port}`), ListenError);
    expect(error).to.have.property('reason', 'in-use');
    expect(existsSync(at('csi.sock')), 'nothing is left of a start that failed').to.equal(false);
    other.close();
    await once(other, 'close');

    await started(`tcp://127.0.0.1:${port}`);
    const [caller, player] = [await dialled('csi.sock'), await dialled(port)];
    caller.write('hello');
    expect(await heard(player)).to.equal('hello');
  });
});
