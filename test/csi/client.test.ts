import { getEventListeners } from 'node:events';
import { expect } from 'chai';
import type { ServiceDefinition } from '@grpc/grpc-js';
import { connect } from '../../src/csi/client.js';
import { EndpointError } from '../../src/csi/endpoint.js';
import { csi } from '../../src/csi/proto.js';
import { StatusError } from '../../src/csi/status.js';
import { refused } from '../integration/refusal.js';
import { PATIENCE_MS } from '../patience.js';
import { withSite } from '../server/site.js';
import { closedGate } from '../services/gate.js';

describe('connect', () => {
  const site = withSite();
  const serveIdentity = (handler: () => object | Promise<object> = () => ({})): Promise<unknown> =>
    site.serve([{ definition: csi.Identity.service, handlers: { Probe: handler } }]);

  const services: [name: 'identity' | 'controller' | 'node', definition: ServiceDefinition][] = [
    ['identity', csi.Identity.service],
    ['controller', csi.Controller.service],
    ['node', csi.Node.service],
  ];
  for (const [name, definition] of services) {
    it(`has every RPC of ${name} under its own name`, async () => {
      await site.serve([]);
      const calls: Readonly<Record<string, (request: object) => Promise<unknown>>> =
        site.connect()[name];
      expect(Object.keys(calls)).to.deep.equal(Object.keys(definition));
      for (const [rpc, method] of Object.entries(definition)) {
        const path = new RegExp(` ${method.path}$`);
        await refused(calls[rpc]?.({}) ?? expect.fail(rpc), 'UNIMPLEMENTED', path);
      }
    });
  }

  it('fills in what a request leaves out', async () => {
    let received: unknown;
    const handlers = {
      NodeUnpublishVolume(request: unknown) {
        received = request;
        return {};
      },
    };
    await site.serve([{ definition: csi.Node.service, handlers }]);
    await site.connect().node.NodeUnpublishVolume({ volume_id: 'v' });
    expect(received).to.deep.equal({ volume_id: 'v', target_path: '' });
  });

  it('rejects with the code and the message of a refusal', async () => {
    await serveIdentity(() => {
      throw new StatusError('FAILED_PRECONDITION', 'not yet: 50% "ü"');
    });
    const call = site.connect().identity.Probe({});
    await refused(call, 'FAILED_PRECONDITION', /^not yet: 50% "ü"$/);
  });

  it('rejects with DEADLINE_EXCEEDED when nobody answers in time', async () => {
    const gate = closedGate();
    await serveIdentity(() => gate.opened.then(() => ({})));
    await refused(site.connect().identity.Probe({}, { deadlineMs: 20 }), 'DEADLINE_EXCEEDED');
    gate.open();
  });

  describe('a signal', () => {
    it('cancels the call', async () => {
      const gate = closedGate();
      await serveIdentity(() => gate.opened.then(() => ({})));
      const abort = new AbortController();
      const call = site.connect().identity.Probe({}, { signal: abort.signal });
      abort.abort();
      await refused(call, 'CANCELLED');
      expect(getEventListeners(abort.signal, 'abort')).to.deep.equal([]);
      gate.open();
    });

    it('that is aborted already keeps the call from being made', async () => {
      await serveIdentity(() => expect.fail('called'));
      const client = site.connect();
      await refused(client.identity.Probe({}, { signal: AbortSignal.abort() }), 'CANCELLED');
      expect(site.lines).to.deep.equal([]);
    });

    it('is let go of with the answer', async () => {
      await serveIdentity();
      const { signal } = new AbortController();
      await site.connect().identity.Probe({}, { signal });
      expect(getEventListeners(signal, 'abort')).to.deep.equal([]);
    });
  });

  describe('where nobody answers', () => {
    it('calls are UNAVAILABLE', async () => {
      await refused(site.connect().identity.Probe({}), 'UNAVAILABLE');
    });

    it('waitForReady gives up in time with UNAVAILABLE', async () => {
      await refused(
        site.connect().waitForReady(20),
        'UNAVAILABLE',
        /nobody answers at .*csi\.sock/,
      );
    });

    it('waitForReady waits for the server to come', async () => {
      const client = site.connect();
      await refused(client.identity.Probe({}), 'UNAVAILABLE');
      const ready = client.waitForReady(PATIENCE_MS);
      await serveIdentity();
      await ready;
      expect(await client.identity.Probe({})).to.deep.equal({ ready: null });
    });

    it('calls are answered again once it has come back', async () => {
      const server = await site.serve([]);
      const client = site.connect();
      await refused(client.identity.Probe({}), 'UNIMPLEMENTED');
      await server.stop({ graceMs: 0 });
      await serveIdentity();
      await client.waitForReady(PATIENCE_MS);
      await client.identity.Probe({});
    });
  });

  it('makes no call after close', async () => {
    await serveIdentity();
    const client = site.connect();
    client.close();
    const outcome = await client.identity.Probe({}).catch((error: unknown) => error);
    expect(outcome).to.be.instanceOf(Error);
    expect(site.lines).to.deep.equal([]);
  });

  it('throws for what is no unix socket', () => {
    expect(() => connect('tcp://127.0.0.1:10000')).to.throw(EndpointError);
  });
});
