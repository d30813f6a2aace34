import { expect } from 'chai';
import type { CallObserver, EndedCall } from '../../src/csi/ended-call.js';
import type { NodeHandlers } from '../../src/csi/generated/csi/v1/Node.js';
import type { Handlers } from '../../src/csi/handler.js';
import { csi } from '../../src/csi/proto.js';
import { StatusError } from '../../src/csi/status.js';
import { eventually } from '../integration/eventually.js';
import { refused } from '../integration/refusal.js';
import { closedGate } from '../services/gate.js';
import { frame, rawStream } from './raw-stream.js';
import { withSite } from './site.js';

type Seen = Pick<EndedCall, 'path' | 'code' | 'message' | 'request' | 'response'>;

const PATH = '/csi.v1.Node/NodeExpandVolume';

describe('who observes the calls', () => {
  const site = withSite();
  let seen: Seen[];
  let whole: EndedCall[];
  beforeEach(() => {
    [seen, whole] = [[], []];
  });
  const observe: CallObserver = (call) => {
    const { path, code, message, request, response } = call;
    seen.push({ path, code, message, request, response });
    whole.push(call);
  };
  const node = (handlers: Partial<Handlers<NodeHandlers>>): Promise<unknown> =>
    site.serve([{ definition: csi.Node.service, handlers }], { observe });
  const one = (): Promise<void> => eventually(() => expect(seen).to.have.lengthOf(1));

  it('is told of an answer, with the messages as they were on the wire, and of the time', async () => {
    const before = Date.now();
    await node({ NodeExpandVolume: () => ({ capacity_bytes: '7' }) });
    await site.connect().node.NodeExpandVolume({ volume_id: 'v' });
    await one();
    expect(seen[0]).to.deep.include({ path: PATH, code: 'OK', message: '' });
    expect(seen[0]?.request).to.include({ volume_id: 'v' });
    expect(seen[0]?.response).to.deep.equal({ capacity_bytes: '7' });
    expect(whole[0]?.requestBytes).to.deep.equal(Buffer.of(0x0a, 1, 0x76));
    expect(whole[0]?.responseBytes).to.deep.equal(Buffer.of(0x08, 7));
    expect(whole[0]?.begunAt).to.be.within(before - 1, Date.now());
    expect(whole[0]?.ms).to.be.at.least(0);
  });

  it('is told of a refusal, and of no response', async () => {
    await node({
      NodeExpandVolume() {
        throw new StatusError('NOT_FOUND', 'no such volume');
      },
    });
    await refused(site.connect().node.NodeExpandVolume({ volume_id: 'v' }), 'NOT_FOUND');
    await one();
    expect(seen[0]).to.deep.include({ code: 'NOT_FOUND', message: 'no such volume' });
    expect(seen[0]?.response).to.equal(undefined);
    expect(whole[0]?.responseBytes).to.equal(undefined);
  });

  it('is told of RPCs that are not implemented', async () => {
    await node({});
    await refused(site.connect().node.NodeExpandVolume({ volume_id: 'v' }), 'UNIMPLEMENTED');
    await refused(site.connect().identity.Probe({}), 'UNIMPLEMENTED');
    await eventually(() => expect(seen).to.have.lengthOf(2));
    expect(seen.map(({ path, code }) => [path, code])).to.deep.equal([
      [PATH, 'UNIMPLEMENTED'],
      ['/csi.v1.Identity/Probe', 'UNIMPLEMENTED'],
    ]);
  });

  for (const [title, bytes, code] of [
    ['that cannot be parsed', Buffer.of(0xff), 'INTERNAL'],
    ['that are too large', Buffer.alloc(5000), 'RESOURCE_EXHAUSTED'],
  ] as const) {
    it(`is told of requests ${title}`, async () => {
      await node({ NodeExpandVolume: () => ({}) });
      const stream = rawStream(site.socketPath, PATH);
      stream.send(frame(bytes));
      stream.finish();
      await one();
      stream.destroy();
      expect(seen[0]).to.deep.include({ path: PATH, code, request: undefined });
    });
  }

  for (const [title, code] of [
    ['cancels', 'CANCELLED'],
    ['has a deadline that passes', 'DEADLINE_EXCEEDED'],
  ] as const) {
    it(`is told once when a caller ${title}, whatever the handler answers later`, async function () {
      // On a machine that stands still just then, the time is over before the call has come.
      if (code === 'DEADLINE_EXCEEDED') this.retries(4);
      const leave = closedGate();
      const entered = closedGate();
      let [hasBegun, isDone] = [false, false];
      await node({
        async NodeExpandVolume() {
          hasBegun = true;
          entered.open();
          await leave.opened;
          isDone = true;
          return { capacity_bytes: '7' };
        },
      });
      const abort = new AbortController();
      const options = code === 'CANCELLED' ? { signal: abort.signal } : { deadlineMs: 100 };
      const call = refused(site.connect().node.NodeExpandVolume({ volume_id: 'v' }, options), code);
      await Promise.race([entered.opened, call]);
      expect(hasBegun, 'the time was over too early').to.equal(true);
      abort.abort();
      await call;
      await one();
      leave.open();
      await eventually(() => expect(isDone).to.equal(true));
      expect(seen).to.have.lengthOf(1);
      expect(seen[0]).to.deep.include({ code, response: undefined });
      expect(whole[0]?.response).to.equal(undefined);
      expect(whole[0]?.responseBytes).to.equal(undefined);
    });
  }
});
