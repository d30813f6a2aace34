import type { KeyValue, WriteOptions } from './key-value.js';

/** A place on the disk, and what memory holds for it. */
export interface Slot {
  readonly key: string;
  /** The text as of now; undefined: nothing. */
  text(): string | undefined;
}

/** A change that memory has made already. */
export interface Write {
  readonly slots: readonly Slot[];
  /** Whether it must survive power loss. */
  readonly durable: boolean;
  /** Whether it removes something: see WriteOptions. */
  readonly makesRoom?: boolean;
  /** Takes the change back, in memory. */
  undo(): void;
}

/** Makes the disk follow memory. */
export interface Journal {
  /**
   * Resolves once the write is kept. Rejects when it is not: then it is undone, and with it every write
   * that was called before this was known, for those were decided on what did not happen.
   */
  write(write: Write): Promise<void>;
  /** Resolves when every write that was called before is kept or undone. */
  settled(): Promise<void>;
}

interface Waiting extends Write {
  resolve(): void;
  reject(reason: unknown): void;
}

/**
 * One batch at a time, in order. What is called while one is under way goes into the next, so many
 * writers share one flush. A batch holds what memory holds when it starts; a sum over the records is
 * therefore right in every batch.
 */
export function createJournal(keyValue: KeyValue): Journal {
  let waiting: Waiting[] = [];
  let tail = Promise.resolve();
  /** Where the disk may differ from memory. Empty between batches, unless one failed. */
  const unsure = new Map<string, Slot>();

  async function flush(): Promise<void> {
    const group = waiting;
    waiting = [];
    if (group.length === 0) return;
    const durable = unsure.size > 0 || group.some((write) => write.durable);
    for (const slot of group.flatMap(({ slots }) => slots)) unsure.set(slot.key, slot);
    try {
      await save({ durable, makesRoom: group.some((write) => write.makesRoom === true) });
      for (const write of group) write.resolve();
    } catch (error) {
      const undone = [...group, ...waiting];
      waiting = [];
      for (const write of undone.toReversed()) write.undo();
      // A batch that failed may still be on the disk. If it cannot be taken back now, the next will.
      await save({ durable: true }).catch(() => undefined);
      for (const write of undone) write.reject(error);
    }
  }

  async function save(options: WriteOptions): Promise<void> {
    const changes = Array.from(unsure.values(), (slot) => ({ key: slot.key, value: slot.text() }));
    await keyValue.write(changes, options);
    unsure.clear();
  }

  return {
    write(write) {
      return new Promise((resolve, reject) => {
        if (waiting.length === 0) tail = tail.then(flush);
        waiting.push({ ...write, resolve, reject });
      });
    },

    settled() {
      return tail;
    },
  };
}
