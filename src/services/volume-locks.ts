import { StatusError } from '../csi/status.js';

/**
 * Runs calls on one key (a volume's id, or a name that is being created) one after the other, in order
 * of arrival, and calls on different keys side by side (spec: "Concurrency").
 */
export interface VolumeLocks {
  /**
   * Runs `work` alone on `key`. Before its turn, an aborted signal ends it with CANCELLED and `work`
   * never runs; once begun, it runs to its end whatever the signal says. With `overlap: 'abort'` a
   * key that is taken is refused with ABORTED at once.
   */
  run<Result>(key: string, signal: AbortSignal, work: () => Promise<Result>): Promise<Result>;
  /**
   * The same for work that is no CO's call on the key but goes on behind another: it waits for its
   * turn, also with `overlap: 'abort'`.
   */
  runInTurn<Result>(key: string, signal: AbortSignal, work: () => Promise<Result>): Promise<Result>;
}

export function volumeLocks(overlap: 'wait' | 'abort'): VolumeLocks {
  /** The end of the last call in line on a key, however it ends; gone when nobody is in line. */
  const lines = new Map<string, Promise<unknown>>();

  const locks: VolumeLocks = {
    run(key, signal, work) {
      if (overlap === 'abort' && lines.has(key)) {
        throw new StatusError('ABORTED', `another call on ${key} is under way; try again later`);
      }
      return locks.runInTurn(key, signal, work);
    },

    runInTurn(key, signal, work) {
      const before = lines.get(key);
      const result =
        before === undefined && !signal.aborted
          ? work()
          : turn(before ?? NOBODY, signal, key).then(work);
      // Who gives up leaves the line, but those behind still wait for the calls before.
      const end = Promise.allSettled([before, result]);
      lines.set(key, end);
      void end.then(() => lines.get(key) === end && lines.delete(key));
      return result;
    },
  };
  return locks;
}

/** Nobody is in line. */
const NOBODY = Promise.resolve();

/** Resolves at the end of the calls before; rejects as soon as the caller gives up. */
function turn(before: Promise<unknown>, signal: AbortSignal, key: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const giveUp = () => {
      reject(new StatusError('CANCELLED', `the caller gave up while waiting for a call on ${key}`));
    };
    if (signal.aborted) return giveUp();
    signal.addEventListener('abort', giveUp, { once: true });
    void before.then(() => {
      signal.removeEventListener('abort', giveUp);
      resolve();
    });
  });
}
