import { expect } from 'chai';
import type { Call, Handler } from '../../src/csi/handler.js';
import { StatusError } from '../../src/csi/status.js';
import { SyscallError } from '../../src/host/syscall-error.js';
import { refusingDiskTrouble } from '../../src/services/disk-trouble.js';
import { StoreFullError } from '../../src/store/store.js';
import { refused } from '../integration/refusal.js';
import { rejectionOf } from '../store/rejection.js';

const call: Call = {
  signal: new AbortController().signal,
  warn: () => undefined,
  drop: () => undefined,
};

function systemError(code: string): Error {
  return Object.assign(new Error(`${code}: of a file`), { code });
}

/** What an RPC with this handler answers. */
async function answerOf(Rpc: Handler<object, object>): Promise<object> {
  return refusingDiskTrouble({ Rpc }).Rpc({}, call);
}

const answer = (thrown: Error) =>
  answerOf(() => {
    throw thrown;
  });

describe('refusingDiskTrouble', () => {
  const full: [title: string, thrown: Error, words: RegExp][] = [
    [
      'a full store',
      new StoreFullError('/state/store'),
      /^the disk of the state directory is full$/,
    ],
    ['ENOSPC', systemError('ENOSPC'), /^the disk of the pool or of the state directory is full$/],
    ['EDQUOT', systemError('EDQUOT'), /^the disk of the pool or of the state directory is full$/],
  ];
  for (const [title, thrown, words] of full) {
    it(`${title}: RESOURCE_EXHAUSTED, with what was thrown as the cause`, async () => {
      await refused(answer(thrown), 'RESOURCE_EXHAUSTED', words);
      expect(await rejectionOf(answer(thrown), StatusError)).to.have.property('cause', thrown);
    });
  }

  it('EFBIG, of an image: OUT_OF_RANGE', async () => {
    await refused(answer(systemError('EFBIG')), 'OUT_OF_RANGE', /holds no file as large/);
  });

  for (const thrown of [
    new StatusError('NOT_FOUND', 'not there'),
    systemError('EIO'),
    new Error('unforeseen'),
    // More mounts than the namespace may have.
    new SyscallError('ENOSPC', 'move_mount', 'no space'),
  ]) {
    it(`anything else is thrown as it is: ${thrown.message}`, async () => {
      expect(await rejectionOf(answer(thrown), Error)).to.equal(thrown);
    });
  }

  it('what is answered stays as it is', async () => {
    const response = {};
    expect(await answerOf(() => response)).to.equal(response);
  });
});
