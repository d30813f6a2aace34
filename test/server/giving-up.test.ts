import { expect } from 'chai';
import type { Call } from '../../src/csi/handler.js';
import { csi } from '../../src/csi/proto.js';
import { StatusError, type Code } from '../../src/csi/status.js';
import { eventually } from '../integration/eventually.js';
import { refused } from '../integration/refusal.js';
import { closedGate, settled, type Gate } from '../services/gate.js';
import { frame, rawStream, type RawStream } from './raw-stream.js';
import { withSite, type Line } from './site.js';

const METHOD = 'NodeStageVolume';
const PATH = `/csi.v1.Node/${METHOD}`;

/** A handler that waits at a gate, as a test sees it. */
interface Handling {
  readonly entered: Gate;
  readonly leave: Gate;
  call?: Call;
  isDone?: boolean;
}

describe('a caller that gives up', () => {
  const site = withSite();
  let handling: Handling;
  let stream: RawStream | undefined;
  afterEach(() => stream?.destroy());

  async function serve(onEntry: (call: Call) => unknown, onLeave = (): object => ({})) {
    const here: Handling = { entered: closedGate(), leave: closedGate() };
    handling = here;
    const handlers = {
      async NodeStageVolume(_request: unknown, call: Call) {
        onEntry(call);
        here.call = call;
        here.entered.open();
        await here.leave.opened;
        here.isDone = true;
        return onLeave();
      },
    };
    await site.serve([{ definition: csi.Node.service, handlers }]);
  }

  /** A call whose request is there, by a client without a mind of its own. */
  function rawCall(headers: Readonly<Record<string, string>> = {}): RawStream {
    stream = rawStream(site.socketPath, PATH, headers);
    stream.send(frame(Buffer.of(0x0a, 0x01, 0x76)));
    stream.finish();
    return stream;
  }

  const lines = (): readonly Line[] => site.about(METHOD);
  const lineWritten = (): Promise<void> => eventually(() => expect(lines()).to.have.lengthOf(1));

  const expectBegun = (): void => {
    expect(handling, 'the time was over too early').to.have.property('call');
  };

  const ways: [title: string, code: Code, giveUp: () => Promise<unknown>][] = [
    [
      'by cancelling',
      'CANCELLED',
      async () => {
        const abort = new AbortController();
        const request = { volume_id: 'v' };
        const call = site.connect().node.NodeStageVolume(request, { signal: abort.signal });
        void handling.entered.opened.then(() => abort.abort());
        await refused(call, 'CANCELLED');
      },
    ],
    [
      'by ending its connection',
      'CANCELLED',
      async () => {
        const call = rawCall();
        await handling.entered.opened;
        call.destroy();
      },
    ],
    [
      'by its deadline',
      'DEADLINE_EXCEEDED',
      async () => {
        const request = { volume_id: 'v' };
        const call = site.connect().node.NodeStageVolume(request, { deadlineMs: 100 });
        await refused(call, 'DEADLINE_EXCEEDED');
        expectBegun();
      },
    ],
    [
      'by a deadline that the server alone keeps',
      'DEADLINE_EXCEEDED',
      async () => {
        expect(await rawCall({ 'grpc-timeout': '20m' }).code).to.equal('DEADLINE_EXCEEDED');
        expectBegun();
      },
    ],
  ];
  for (const [title, code, giveUp] of ways) {
    describe(title, function () {
      // On a machine that stands still just then, the time is over before the call has come.
      if (code === 'DEADLINE_EXCEEDED') this.retries(4);

      it(`leaves its line at once: ${code}`, async () => {
        await serve(() => undefined);
        await giveUp();
        await lineWritten();
        expect(lines()[0]).to.include({ level: 'warn', code, volume: 'v' });
        expect(handling).not.to.have.property('isDone');
      });

      it('aborts the signal with the reason', async () => {
        const reasons: unknown[] = [];
        await serve(({ signal }) => {
          signal.addEventListener('abort', () => reasons.push(signal.reason));
        });
        await giveUp();
        await lineWritten();
        expect(reasons).to.have.lengthOf(1);
        expect(reasons[0]).to.be.instanceOf(StatusError).with.property('code', code);
      });

      it('finds a signal aborted that is asked for later', async () => {
        await serve(() => undefined);
        await giveUp();
        await lineWritten();
        const signal = handling.call?.signal;
        expect(signal).to.have.property('aborted', true);
        expect(signal).to.have.nested.property('reason.code', code);
      });

      it('does not stop the handler, whose end is told at level debug only', async () => {
        await serve(() => undefined);
        await giveUp();
        await lineWritten();
        handling.leave.open();
        await eventually(() => expect(lines()).to.have.lengthOf(2));
        expect(handling).to.have.property('isDone', true);
        expect(lines()[1]).to.include({ level: 'debug', code: 'OK', volume: 'v' });
        expect(lines()[1]).to.have.property('msg', `${METHOD} ended after its caller had gone`);
      });

      it('does not hide what goes wrong afterwards', async () => {
        await serve(
          () => undefined,
          () => {
            throw new TypeError('broken');
          },
        );
        await giveUp();
        await lineWritten();
        handling.leave.open();
        await eventually(() => expect(lines()).to.have.lengthOf(2));
        expect(lines()[1]).to.include({ level: 'error', code: 'INTERNAL' });
        expect(lines()[1]).to.have.nested.property('err.stack').that.includes('giving-up.test');
      });

      it('tells a refusal that nobody hears at level debug', async () => {
        await serve(
          () => undefined,
          () => {
            throw new StatusError('ABORTED', 'no longer wanted');
          },
        );
        await giveUp();
        await lineWritten();
        handling.leave.open();
        await eventually(() => expect(lines()).to.have.lengthOf(2));
        expect(lines()[1]).to.include({ level: 'debug', code: 'ABORTED' });
      });
    });
  }

  it('before its request is there: the handler never begins', async () => {
    await serve(() => expect.fail('begun'));
    stream = rawStream(site.socketPath, PATH);
    stream.send(frame(Buffer.of(), 10));
    await site
      .connect()
      .node.NodeUnstageVolume({})
      .catch(() => undefined);
    stream.cancel();
    await lineWritten();
    expect(lines()[0]).to.include({ level: 'warn', code: 'CANCELLED' });
  });

  it('a caller that waits has a signal that never aborts', async () => {
    let aborted = 0;
    await serve(({ signal }) => signal.addEventListener('abort', () => (aborted += 1)));
    const call = site.connect().node.NodeStageVolume({}, { deadlineMs: 60_000 });
    await handling.entered.opened;
    handling.leave.open();
    await call;
    await settled();
    expect(aborted).to.equal(0);
    expect(handling.call?.signal.aborted).to.equal(false);
  });
});
