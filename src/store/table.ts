import { damage } from './damage.js';
import type { Slot } from './journal.js';
import { writeRecord } from '../record/envelope.js';
import { readStored } from './record.js';
import type { Shape } from '../record/shape.js';

/** All records of one kind, in memory: one record for each volume id. */
export interface Table<T> {
  readonly prefix: string;
  get(id: string): T | undefined;
  all(): IterableIterator<T>;
  readonly size: number;
  /** Sets or, with undefined, removes a record, in memory. Returns what takes that back. */
  set(id: string, record: T | undefined): () => void;
  /** Where the record of an id is kept. */
  slot(id: string): Slot;
  /** Takes in a record from the disk. Throws a StoreError when it cannot be read. */
  load(key: string, text: string): void;
}

export interface TableOptions<T> {
  /** What the keys begin with; the id follows. */
  readonly prefix: string;
  readonly shape: Shape<T>;
  /** Whether a record belongs to the id that it is kept under. */
  readonly belongs: (record: T, id: string) => boolean;
  /** Called whenever a record changes, to keep sums and indexes right; undefined: no record. */
  readonly changed: (before: T | undefined, after: T | undefined) => void;
}

export function createTable<T>({ prefix, shape, belongs, changed }: TableOptions<T>): Table<T> {
  const records = new Map<string, T>();

  function replace(id: string, record: T | undefined): void {
    changed(records.get(id), record);
    if (record === undefined) records.delete(id);
    else records.set(id, record);
  }

  return {
    prefix,
    get: (id) => records.get(id),
    all: () => records.values(),
    get size() {
      return records.size;
    },

    set(id, record) {
      const before = records.get(id);
      replace(id, record);
      return () => replace(id, before);
    },

    slot: (id) => ({
      key: prefix + id,
      text() {
        const record = records.get(id);
        return record === undefined ? undefined : writeRecord(shape, record);
      },
    }),

    load(key, text) {
      const record = readStored(shape, key, text);
      const id = key.slice(prefix.length);
      if (!belongs(record, id)) {
        throw damage(`record ${JSON.stringify(key)} cannot be read: it is of another volume`);
      }
      replace(id, record);
    },
  };
}
