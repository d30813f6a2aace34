import { expect } from 'chai';
import { StatusError } from '../../src/csi/status.js';
import { wireStatus } from '../../src/server/wire-status.js';

const a = (count: number): string => 'a'.repeat(count);

describe('wireStatus', () => {
  const messages: [title: string, message: string, details: string][] = [
    ['a message of 2000 bytes is sent whole', a(2000), a(2000)],
    ['a longer one is cut', a(2001), `${a(2000)}...`],
    ['and never within a character', `${a(1999)}é`, `${a(1999)}...`],
    ['of four bytes either', `${a(1997)}😀${a(9)}`, `${a(1997)}...`],
    ['half a surrogate pair is sent as what it is not', 'x\uD83D', 'x\uFFFD'],
  ];
  for (const [title, message, details] of messages) {
    it(title, () => {
      const status = wireStatus(new StatusError('NOT_FOUND', message));
      expect(status).to.deep.equal({ code: 5, details });
    });
  }
});
