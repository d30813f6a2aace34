/** Random numbers that a seed determines, so that a failing run can be had again. */
export interface Random {
  /** A whole number from 0, below `bound`. */
  below(bound: number): number;
  /** True so often. */
  chance(probability: number): boolean;
  pick<T>(things: readonly [T, ...T[]]): T;
}

/** The seed of this run: CSIMOCK_TEST_SEED, else another one each time. */
export function seedOfRun(): number {
  return Number(process.env['CSIMOCK_TEST_SEED'] ?? Date.now() % 1_000_000);
}

/** The generator xorshift32; good enough to choose with. */
export function createRandom(seed: number): Random {
  // Small seeds begin with small numbers, so they are spread first; the state must not be 0.
  let state = (Math.imul(seed + 1, 0x9e3779b1) >>> 0) | 1;
  const next = (): number => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
  const below = (bound: number) => Math.floor(next() * bound);
  return {
    below,
    chance: (probability) => next() < probability,
    pick: ([first, ...others]) => others[below(others.length + 1) - 1] ?? first,
  };
}
