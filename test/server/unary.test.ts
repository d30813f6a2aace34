import { EventEmitter } from 'node:events';
import { Metadata, type MethodDefinition, type sendUnaryData } from '@grpc/grpc-js';
import { expect } from 'chai';
import { StatusError } from '../../src/csi/status.js';
import { createLog } from '../../src/log.js';
import { OngoingCall } from '../../src/server/ongoing-call.js';
import { noneRunning } from '../../src/server/running.js';
import { unary } from '../../src/server/unary.js';

const method: MethodDefinition<object, object> = {
  path: '/csi.v1.Identity/Probe',
  requestStream: false,
  responseStream: false,
  requestSerialize: () => Buffer.of(),
  requestDeserialize: () => ({}),
  responseSerialize: () => Buffer.of(),
  responseDeserialize: () => ({}),
};

const unused = (): never => expect.fail('not to be called');

/** Calls a handler that refuses with this message, and resolves when it is done. */
async function call(message: string, respond: sendUnaryData<Buffer>) {
  const lines: string[] = [];
  const destination = { write: (line: string) => void lines.push(line) };
  const log = createLog({ level: 'warn', format: 'json', destination });
  const metadata = new Metadata();
  const calls = new WeakMap([[metadata, new OngoingCall(log, method.path, Infinity)]]);
  const running = noneRunning();
  const handler = () => () => {
    throw new StatusError('NOT_FOUND', message);
  };
  const stream = Object.assign(new EventEmitter(), {
    cancelled: false,
    metadata,
    request: Buffer.of(),
    getPeer: unused,
    sendMetadata: unused,
    getDeadline: unused,
    getPath: unused,
    getHost: unused,
    getAuthContext: unused,
    getMetricsRecorder: unused,
  });
  unary(method, handler, calls, running)(stream, respond);
  expect(running.count).to.equal(1);
  await running.none();
  return lines;
}

const a = (count: number): string => 'a'.repeat(count);

describe('unary', () => {
  const messages: [title: string, message: string, details: string][] = [
    ['a message of 2000 bytes is sent whole', a(2000), a(2000)],
    ['a longer one is cut', a(2001), `${a(2000)}...`],
    ['and never within a character', `${a(1999)}é`, `${a(1999)}...`],
    ['of four bytes either', `${a(1997)}😀${a(9)}`, `${a(1997)}...`],
    ['half a surrogate pair is sent as what it is not', 'x\uD83D', 'x\uFFFD'],
  ];
  for (const [title, message, details] of messages) {
    it(title, async () => {
      const answers: unknown[] = [];
      await call(message, (error) => answers.push(error));
      expect(answers).to.deep.equal([{ code: 5, details }]);
    });
  }

  it('an answer that cannot be sent is logged, and its handler no longer counts as running', async () => {
    const lines = await call('gone', () => {
      throw new Error('cannot be sent');
    });
    expect(lines).to.have.lengthOf(1);
    expect(lines[0]).to.include('cannot be sent');
  });
});
