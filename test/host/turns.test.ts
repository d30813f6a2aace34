import { expect } from 'chai';
import { turns } from '../../src/host/turns.js';
import { settled } from '../services/gate.js';

describe('turns', () => {
  it('lets no more go on at once than it says, the others in order, also after a failure', async () => {
    const begun: number[] = [];
    const ends: (() => void)[] = [];
    const { take } = turns(2);
    const works = [0, 1, 2, 3].map((number) =>
      take(async () => {
        begun.push(number);
        await new Promise<void>((resolve) => ends.push(resolve));
        if (number === 0) throw new Error('failed');
        return number;
      }).catch(() => -1),
    );
    await settled();
    expect(begun).to.deep.equal([0, 1]);
    ends[0]?.();
    await works[0];
    await settled();
    expect(begun).to.deep.equal([0, 1, 2]);
    ends[1]?.();
    await works[1];
    await settled();
    ends[2]?.();
    ends[3]?.();
    expect(await Promise.all(works)).to.deep.equal([-1, 1, 2, 3]);
  });
});
