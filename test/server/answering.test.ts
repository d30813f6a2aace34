import { Metadata, type ServerInterceptingCallInterface } from '@grpc/grpc-js';
import { expect } from 'chai';
import { csi } from '../../src/csi/proto.js';
import { createLog } from '../../src/log.js';
import { answering } from '../../src/server/answering.js';
import { methodsOf } from '../../src/server/methods.js';
import { noneRunning, type Running } from '../../src/server/running.js';

type Stream = ServerInterceptingCallInterface;
type Listener = Parameters<Stream['start']>[0];

const unused = (): never => expect.fail('not to be called');

/** A stream that sends nothing; what a test gives is done instead. */
function fakeStream(given: Partial<Stream>): Stream {
  return {
    start: unused,
    sendMetadata: unused,
    sendMessage: unused,
    sendStatus: unused,
    startRead: () => undefined,
    getPeer: unused,
    getDeadline: () => Infinity,
    getHost: unused,
    getAuthContext: unused,
    getConnectionInfo: unused,
    getMetricsRecorder: unused,
    ...given,
  };
}

describe('answering', () => {
  const method = csi.Identity.service.Probe;
  let lines: string[];
  let callers: Running;
  let handlers: Running;

  /** Answers a call of Probe on a stream as grpc-js would have it answered. */
  function answer(stream: Partial<Stream>): void {
    lines = [];
    [callers, handlers] = [noneRunning(), noneRunning()];
    const log = createLog({
      level: 'info',
      format: 'json',
      destination: { write: (line) => void lines.push(line) },
    });
    const services = [{ definition: { Probe: method }, handlers: { Probe: () => ({}) } }];
    const interceptor = answering({ methods: methodsOf(services), log, callers, handlers });
    interceptor(method, fakeStream(stream)).start({
      onReceiveMetadata: unused,
      onReceiveMessage: unused,
      onReceiveHalfClose: unused,
      onCancel: unused,
    });
  }

  it('a call that was gone before it could begin leaves its line and counts no longer', () => {
    answer({ start: () => undefined });
    expect([callers.count, handlers.count]).to.deep.equal([0, 0]);
    expect(lines).to.have.lengthOf(1);
    expect(lines[0]).to.include('CANCELLED');
  });

  it('an answer that cannot be sent is logged, and its handler counts no longer', async () => {
    let listener: Listener | undefined;
    answer({
      start(given) {
        listener = given;
        given.onReceiveMetadata(new Metadata());
        given.onReceiveMessage(Buffer.of());
        given.onReceiveHalfClose();
      },
      sendMessage() {
        throw new Error('cannot be sent');
      },
    });
    expect([callers.count, handlers.count]).to.deep.equal([1, 1]);
    await handlers.none();
    expect(lines).to.have.lengthOf(1);
    expect(lines[0]).to.include('cannot be sent');
    listener?.onCancel();
    expect(callers.count).to.equal(0);
  });
});
