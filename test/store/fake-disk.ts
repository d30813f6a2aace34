import type { Change, KeyValue } from '../../src/store/key-value.js';
import { createMemory } from './memory.js';

/** A batch as it reached the disk. */
export interface Batch {
  readonly changes: readonly Change[];
  readonly durable: boolean;
}

/** What a failing write leaves on the disk. */
export type Leaves = 'nothing' | 'everything';

/** A disk that holds what is written to it, and can be slow, full or broken for a while. */
export interface FakeDisk {
  open(): KeyValue;
  /** All batches that were written, failed ones included. */
  readonly batches: readonly Batch[];
  /** The next writes fail, one after the other, and leave this on the disk. */
  failNext(...writes: readonly Leaves[]): void;
  /** Holds writes back until the returned function is called. */
  hold(): () => void;
}

export function createFakeDisk(): FakeDisk {
  const memory = createMemory();
  const batches: Batch[] = [];
  const failures: Leaves[] = [];
  let ready = Promise.resolve();
  return {
    batches,
    failNext(...writes) {
      failures.push(...writes);
    },
    hold() {
      let release: (() => void) | undefined;
      ready = new Promise((resolve) => {
        release = resolve;
      });
      return () => release?.();
    },
    open() {
      const keyValue = memory.open();
      return {
        ...keyValue,
        async write(changes, options) {
          batches.push({ changes, durable: options.durable });
          await ready;
          const leaves = failures.shift();
          if (leaves !== 'nothing') await keyValue.write(changes, options);
          if (leaves !== undefined) throw new Error('no space left on device');
        },
      };
    },
  };
}
