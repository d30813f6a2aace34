import type { Selection } from './fault-rule.js';

/** Counts a call and says whether it is one of those that were selected. */
export type Selector = () => boolean;

/** The row of calls begins anew with each selector, that of the random numbers too. */
export function selector({ nth, first, every, probability, seed }: Selection): Selector {
  const random = probability === undefined ? undefined : randomNumbers(seed);
  let calls = 0;
  return () => {
    calls += 1;
    // Drawn for every call, so that what another key leaves out does not move the row.
    const drawn = random?.() ?? 0;
    return (
      (nth === undefined || calls === nth) &&
      (first === undefined || calls <= first) &&
      (every === undefined || calls % every === 0) &&
      (probability === undefined || drawn < probability)
    );
  };
}

/** Numbers from 0 to below 1, the same for the same seed: a Weyl sequence, its bits well mixed. */
function randomNumbers(seed: number): () => number {
  let state = Number(BigInt.asUintN(32, BigInt(seed)));
  return () => {
    state = (state + 0x9e3779b9) >>> 0;
    let mixed = state;
    mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b);
    mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
    return ((mixed ^ (mixed >>> 16)) >>> 0) / 2 ** 32;
  };
}
