import { expect } from 'chai';
import { ACCESS_MODES, implies, type AccessMode } from '../../src/model/access-mode.js';

/** Created with: what it can be used with beside its own mode. */
const TABLE: Record<AccessMode, string> = {
  MULTI_NODE_MULTI_WRITER: 'all',
  MULTI_NODE_SINGLE_WRITER:
    'MULTI_NODE_READER_ONLY SINGLE_NODE_WRITER SINGLE_NODE_SINGLE_WRITER SINGLE_NODE_MULTI_WRITER SINGLE_NODE_READER_ONLY',
  MULTI_NODE_READER_ONLY: 'SINGLE_NODE_READER_ONLY',
  SINGLE_NODE_MULTI_WRITER: 'SINGLE_NODE_WRITER SINGLE_NODE_SINGLE_WRITER SINGLE_NODE_READER_ONLY',
  SINGLE_NODE_WRITER: 'SINGLE_NODE_SINGLE_WRITER SINGLE_NODE_MULTI_WRITER SINGLE_NODE_READER_ONLY',
  SINGLE_NODE_SINGLE_WRITER: 'SINGLE_NODE_WRITER SINGLE_NODE_READER_ONLY',
  SINGLE_NODE_READER_ONLY: '',
};

describe('what a volume supports', () => {
  for (const given of ACCESS_MODES) {
    for (const wanted of ACCESS_MODES) {
      const expected =
        given === wanted || TABLE[given] === 'all' || TABLE[given].split(' ').includes(wanted);
      it(`created with ${given}: ${wanted} ${expected ? 'is' : 'is not'} supported`, () => {
        expect(implies(given, wanted)).to.equal(expected);
      });
    }
  }
});
