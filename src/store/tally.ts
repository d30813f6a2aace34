/** Sums by key. */
export interface Tally {
  readonly total: bigint;
  of(key: string): bigint;
  add(key: string, amount: bigint): void;
}

export function createTally(): Tally {
  const sums = new Map<string, bigint>();
  let total = 0n;
  return {
    get total() {
      return total;
    },
    of(key) {
      return sums.get(key) ?? 0n;
    },
    add(key, amount) {
      total += amount;
      const sum = amount + (sums.get(key) ?? 0n);
      if (sum === 0n) sums.delete(key);
      else sums.set(key, sum);
    },
  };
}
