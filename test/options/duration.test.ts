import { expect } from 'chai';
import { parseDuration } from '../../src/options/duration.js';

const MEANT: readonly (readonly [text: string, milliseconds: number])[] = [
  ['0', 0],
  ['0s', 0],
  ['500ms', 500],
  ['10s', 10_000],
  ['1.5s', 1500],
  ['1m30s', 90_000],
  ['2h', 7_200_000],
  ['0.1ms', 1],
];

describe('parseDuration', () => {
  for (const [text, milliseconds] of MEANT) {
    it(`reads ${text} as ${milliseconds} milliseconds`, () => {
      expect(parseDuration(text)).to.equal(milliseconds);
    });
  }
  for (const text of ['', '10', 's', '1 s', '-1s', '1d', '1s ', '.5s', '1.s', '1.2.3s', '1S']) {
    it(`refuses ${JSON.stringify(text)}`, () => {
      expect(parseDuration(text)).to.equal(undefined);
    });
  }
});
