/** What goes on behind the calls, such as the removal of what a crash left, until the driver stops. */
export interface Background {
  /**
   * Does something with each, one after the other; what fails is told, and the rest goes on. What takes
   * several steps asks `hasEnded` before each.
   */
  each<Item>(
    items: readonly Item[],
    act: (item: Item, hasEnded: () => boolean) => Promise<void>,
    failed: (item: Item, error: unknown) => void,
  ): void;
  /** Begins nothing more; resolves when what was begun has ended. The next start finds the rest. */
  end(): Promise<void>;
}

export function background(): Background {
  const running = new Set<Promise<void>>();
  let ended = false;

  return {
    each(items, act, failed) {
      const run = async (): Promise<void> => {
        for (const item of items) {
          if (ended) return;
          await act(item, () => ended).catch((error: unknown) => failed(item, error));
        }
      };
      const work = run().finally(() => running.delete(work));
      running.add(work);
    },

    async end() {
      ended = true;
      await Promise.all(running);
    },
  };
}
