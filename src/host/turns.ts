/** Lets a few pieces of work go on side by side; others wait for their turn, in order of arrival. */
export interface Turns {
  /** Does the work when it is its turn. */
  take<Result>(work: () => Promise<Result>): Promise<Result>;
}

/** `atOnce`: how many go on side by side. */
export function turns(atOnce: number): Turns {
  let going = 0;
  const waiting: (() => void)[] = [];

  return {
    async take(work) {
      if (going < atOnce) going += 1;
      else await new Promise<void>((resolve) => waiting.push(resolve));
      try {
        return await work();
      } finally {
        const follower = waiting.shift();
        if (follower === undefined) going -= 1;
        else follower();
      }
    },
  };
}
