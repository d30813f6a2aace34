import { expect } from 'chai';
import type { Selection } from '../../src/faults/fault-rule.js';
import { selector } from '../../src/faults/selector.js';

/** Which of the first ten calls are selected, from 1 on. */
function selected(given: Partial<Selection>, calls = 10): readonly number[] {
  const isSelected = selector({
    nth: undefined,
    first: undefined,
    every: undefined,
    probability: undefined,
    seed: 0,
    ...given,
  });
  return Array.from({ length: calls }, (_, index) => index + 1).filter(() => isSelected());
}

/** Of 64 calls. */
const byChance = (seed: number): readonly number[] => selected({ probability: 0.5, seed }, 64);

describe('the calls that a rule acts on', () => {
  const cases: [string, Partial<Selection>, readonly number[]][] = [
    ['all', {}, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]],
    ['the third', { nth: 3 }, [3]],
    ['the first two', { first: 2 }, [1, 2]],
    ['every fourth', { every: 4 }, [4, 8]],
    ['every second of the first five', { every: 2, first: 5 }, [2, 4]],
    ['none by chance', { probability: 0 }, []],
    ['all by chance', { probability: 1 }, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]],
  ];
  for (const [title, selection, calls] of cases) {
    it(`are ${title}`, () => expect(selected(selection)).to.deep.equal(calls));
  }

  it('are the same by chance with the same seed, and others with another', () => {
    expect(byChance(7)).to.deep.equal(byChance(7));
    expect(byChance(7)).not.to.deep.equal(byChance(8));
  });

  it('are by chance about as many as the probability says', () => {
    for (const seed of [0, 1, 2 ** 40]) {
      expect(selected({ probability: 0.25, seed }, 10_000)).to.have.length.within(2300, 2700);
    }
  });

  it('are not moved by what another key leaves out', () => {
    const all = selected({ probability: 0.5 }, 20);
    expect(selected({ probability: 0.5, every: 2 }, 20)).to.deep.equal(
      all.filter((call) => call % 2 === 0),
    );
  });
});
