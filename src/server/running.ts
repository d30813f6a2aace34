/** Counts what goes on. */
export interface Running {
  readonly count: number;
  begin(): void;
  end(): void;
  /** Resolves once nothing goes on. */
  none(): Promise<void>;
}

export function noneRunning(): Running {
  let count = 0;
  let waiting: (() => void)[] = [];
  return {
    get count() {
      return count;
    },
    begin() {
      count += 1;
    },
    end() {
      count -= 1;
      if (count > 0) return;
      for (const resolve of waiting) resolve();
      waiting = [];
    },
    none() {
      return count === 0 ? Promise.resolve() : new Promise((resolve) => waiting.push(resolve));
    },
  };
}
