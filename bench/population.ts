import type { Subject } from './subject.js';
import { createVolume } from './volume-life.js';

/** Volumes that are there and do nothing. */
export interface Population {
  /** Creates volumes until there are `size`, or the signal aborts. */
  growTo(size: number, signal: AbortSignal): Promise<void>;
  clear(): Promise<void>;
}

/** How many calls go on side by side. */
const CALLERS = 8;

export function population(subject: Subject): Population {
  const ids: string[] = [];

  return {
    async growTo(size, signal) {
      let missing = size - ids.length;
      await sideBySide(async () => {
        while (missing > 0 && !signal.aborted) {
          missing -= 1;
          ids.push(await createVolume(subject));
        }
      });
    },

    clear: () =>
      sideBySide(async () => {
        for (let id = ids.pop(); id !== undefined; id = ids.pop()) {
          await subject.client.controller.DeleteVolume({ volume_id: id });
        }
      }),
  };
}

async function sideBySide(work: () => Promise<void>): Promise<void> {
  await Promise.all(Array.from({ length: CALLERS }, work));
}
