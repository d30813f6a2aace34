import { existsSync, lstatSync, readdirSync, unlinkSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { once } from 'node:events';
import { expect } from 'chai';
import type { Call } from '../src/csi/handler.js';
import { csi } from '../src/csi/proto.js';
import type { ServedService, Server } from '../src/server.js';
import { ListenError } from '../src/server/listener.js';
import { eventually } from './integration/eventually.js';
import { refused } from './integration/refusal.js';
import { frame, rawStream } from './server/raw-stream.js';
import { withSite } from './server/site.js';
import { closedGate, type Gate } from './services/gate.js';

/** So long that a test which waits for it fails. */
const LONG = { graceMs: 600_000 };

describe('serve', () => {
  const site = withSite();
  const identity: ServedService = {
    definition: csi.Identity.service,
    handlers: { Probe: () => ({ ready: { value: true } }) },
  };

  /** Resolves when a server that waits for nothing would have let go of every connection. */
  const connectionsClosed = (): Promise<void> =>
    refused(site.connect().waitForReady(400), 'UNAVAILABLE');

  it('listens with the permissions asked for, with nothing beside the socket', async () => {
    await site.serve([identity], { socketMode: 0o640 });
    expect(lstatSync(site.socketPath).mode & 0o777).to.equal(0o640);
    expect(readdirSync(site.directory)).to.deep.equal(['csi.sock']);
    expect(await site.connect().identity.Probe({})).to.deep.equal({ ready: { value: true } });
  });

  it('serves many connections and many calls at a time', async () => {
    await site.serve([identity]);
    const clients = Array.from({ length: 5 }, () => site.connect());
    const calls = clients.flatMap((client) =>
      Array.from({ length: 50 }, () => client.identity.Probe({})),
    );
    expect(await Promise.all(calls)).to.have.lengthOf(250);
  });

  it('rejects where another server listens, which goes on', async () => {
    await site.serve([identity]);
    const outcome = await site.serve([identity]).catch((error: unknown) => error);
    expect(outcome).to.be.instanceOf(ListenError).with.property('reason', 'in-use');
    await site.connect().identity.Probe({});
  });

  describe('stop', () => {
    let entered: Gate;
    let leave: Gate;
    let signal: AbortSignal | undefined;
    let server: Server;

    beforeEach(async () => {
      [entered, leave] = [closedGate(), closedGate()];
      const handlers = {
        async NodeStageVolume(_request: unknown, call: Call) {
          signal = call.signal;
          entered.open();
          await leave.opened;
          return {};
        },
        NodeUnstageVolume: () => ({}),
      };
      server = await site.serve([{ definition: csi.Node.service, handlers }]);
    });

    /** Stops the server and tells whether it is done. */
    function stop(options: { graceMs: number }): { isDone: boolean; done: Promise<void> } {
      const stopping = { isDone: false, done: server.stop(options) };
      void stopping.done.then(() => (stopping.isDone = true));
      return stopping;
    }

    it('removes the socket and lets another server take the place', async () => {
      await server.stop(LONG);
      expect(readdirSync(site.directory)).to.deep.equal([]);
      await site.serve([identity]);
      await site.connect().identity.Probe({});
    });

    it('leaves what has taken the place of the socket', async () => {
      unlinkSync(site.socketPath);
      writeFileSync(site.socketPath, 'content');
      await server.stop(LONG);
      expect(readdirSync(site.directory)).to.deep.equal(['csi.sock']);
    });

    it('does not wait for connections without a call', async () => {
      const client = site.connect();
      await client.node.NodeUnstageVolume({});
      const silent = connect(site.socketPath);
      await once(silent, 'connect');
      await server.stop(LONG);
      silent.destroy();
    });

    it('waits for the calls in flight, which are answered, and takes no more', async () => {
      const client = site.connect();
      const call = client.node.NodeStageVolume({ volume_id: 'v' });
      await entered.opened;
      const stopping = stop(LONG);
      expect(existsSync(site.socketPath)).to.equal(false);
      await refused(client.node.NodeUnstageVolume({}), 'UNAVAILABLE');
      await connectionsClosed();
      expect(stopping.isDone).to.equal(false);
      leave.open();
      expect(await call).to.deep.equal({});
      await stopping.done;
      expect(site.about('NodeStageVolume')).to.have.lengthOf(1);
      expect(site.about('NodeStageVolume')[0]).to.include({ code: 'OK' });
    });

    it('waits for a handler whose caller has gone', async () => {
      const abort = new AbortController();
      const call = site.connect().node.NodeStageVolume({}, { signal: abort.signal });
      await entered.opened;
      abort.abort();
      await refused(call, 'CANCELLED');
      await eventually(() => expect(signal).to.have.property('aborted', true));
      const stopping = stop(LONG);
      await connectionsClosed();
      expect(stopping.isDone).to.equal(false);
      leave.open();
      await stopping.done;
    });

    it('waits for a request that is coming in', async () => {
      const stream = rawStream(site.socketPath, '/csi.v1.Node/NodeUnstageVolume');
      const request = frame(Buffer.of(0x0a, 0x01, 0x76));
      stream.send(request.subarray(0, 6));
      await site.connect().node.NodeUnstageVolume({});
      const stopping = stop(LONG);
      await connectionsClosed();
      expect(stopping.isDone).to.equal(false);
      stream.send(request.subarray(6));
      stream.finish();
      expect(await stream.code).to.equal('OK');
      await stopping.done;
      stream.destroy();
    });

    it('cuts off what has not ended in time, and says so', async () => {
      const call = site.connect().node.NodeStageVolume({ volume_id: 'v' });
      const outcome = call.catch((error: unknown) => error);
      await entered.opened;
      await server.stop({ graceMs: 20 });
      expect(await outcome)
        .to.have.property('code')
        .that.is.oneOf(['UNAVAILABLE', 'CANCELLED']);
      expect(signal).to.have.property('aborted', true);
      expect(signal).to.have.nested.property('reason.code', 'CANCELLED');
      const [line, ...more] = site.about('NodeStageVolume');
      expect(line).to.include({ level: 'warn', code: 'CANCELLED', volume: 'v' });
      expect(more).to.deep.equal([]);
      const warnings = site.lines.filter(({ handlers }) => handlers === 1);
      expect(warnings).to.have.lengthOf(1);
      expect(readdirSync(site.directory)).to.deep.equal([]);
    });

    it('cuts off a caller that never ends its request', async () => {
      const stream = rawStream(site.socketPath, '/csi.v1.Node/NodeStageVolume');
      await site.connect().node.NodeUnstageVolume({});
      await server.stop({ graceMs: 20 });
      expect(await stream.code).to.equal('closed without a status');
      stream.destroy();
    });

    it('can be asked for again, while it goes on and afterwards', async () => {
      const call = site.connect().node.NodeStageVolume({});
      await entered.opened;
      const first = server.stop(LONG);
      const second = server.stop({ graceMs: 0 });
      await connectionsClosed();
      leave.open();
      expect(await call).to.deep.equal({});
      await Promise.all([first, second]);
      await server.stop(LONG);
    });
  });
});
