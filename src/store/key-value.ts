/** A key and what it shall hold from now on; undefined: nothing. */
export interface Change {
  readonly key: string;
  readonly value: string | undefined;
}

export interface WriteOptions {
  /** Whether it must survive power loss. */
  readonly durable: boolean;
  /** Whether something is removed by it, for which room is kept where the disk has none. */
  readonly makesRoom?: boolean;
}

/**
 * The disk, as the store sees it: texts by key. The store reads everything once, when it opens, and
 * answers from memory from then on, so there is no reading by key or range.
 */
export interface KeyValue {
  /**
   * Whether nothing was ever kept here, so that it may be empty: made by this opening, or by an earlier
   * one that ended before its first write.
   */
  readonly fresh: boolean;
  /** Every key with its text, in no order. Throws a StoreError when the database is damaged. */
  entries(): AsyncIterable<readonly [key: string, text: string]>;
  /**
   * Makes all changes or none; takes one batch at a time. Resolves once they survive the end of the
   * process and, if `durable`, power loss. After a rejection they may or may not be found at the next
   * opening; a later batch may succeed again.
   */
  write(changes: readonly Change[], options: WriteOptions): Promise<void>;
  close(): Promise<void>;
}
