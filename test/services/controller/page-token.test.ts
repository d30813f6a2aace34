import { expect } from 'chai';
import { pageToken, startAfter } from '../../../src/services/controller/page-token.js';
import { refuses } from '../status.js';

describe('pageToken', () => {
  for (const id of ['vol-1', 'a', 'A.b_c-d', 'v'.repeat(128)]) {
    it(`leads to the entries after ${id.slice(0, 10)}`, () => {
      expect(startAfter(pageToken(id))).to.equal(id);
    });
  }

  it('an empty token leads to the start', () => {
    expect(startAfter('')).to.equal('');
  });

  const bad = [
    'vol-1',
    '1',
    'after:',
    'after:../vol-1',
    'after:vol/1',
    'After:vol-1',
    ' after:vol-1',
    'after:after:vol-1',
    `after:${'v'.repeat(129)}`,
    'before:vol-1',
    '\0',
  ];
  for (const token of bad) {
    it(`${JSON.stringify(token).slice(0, 30)} is none: ABORTED`, () => {
      refuses(() => startAfter(token), 'ABORTED', /starting_token/);
    });
  }
});
