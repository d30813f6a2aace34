import { expect } from 'chai';
import { median, quantile } from '../../bench/statistics.js';

describe('the statistics of the benchmark', () => {
  const medians: readonly [readonly number[], number][] = [
    [[7], 7],
    [[10, 9, 100], 10],
    [[4, 1, 3, 2], 3],
    [[], NaN],
  ];
  for (const [values, expected] of medians) {
    it(`the median of ${JSON.stringify(values)} is ${expected}`, () => {
      expect(median(values)).to.deep.equal(expected);
    });
  }

  it('the 99th percentile leaves one of a hundred out, and is the largest of few', () => {
    const hundred = Array.from({ length: 100 }, (_, index) => 100 - index);
    expect(quantile([...hundred, 1000], 0.99)).to.equal(100);
    expect(quantile([3, 1, 2], 0.99)).to.equal(3);
  });

  it('leaves the values in their order', () => {
    const values = [3, 1, 2];
    median(values);
    expect(values).to.deep.equal([3, 1, 2]);
  });
});
