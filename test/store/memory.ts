import type { KeyValue } from '../../src/store/key-value.js';

/** A key-value database in memory: what is written is there again at the next `open`. */
export interface Memory {
  open(): KeyValue;
  readonly content: Map<string, string>;
}

export function createMemory(): Memory {
  const content = new Map<string, string>();
  return {
    content,
    open() {
      let closed = false;
      return {
        fresh: content.size === 0,
        async *entries() {
          yield* content;
        },
        async write(changes) {
          if (closed) throw new Error('the database is closed');
          for (const { key, value } of changes) {
            if (value === undefined) content.delete(key);
            else content.set(key, value);
          }
        },
        async close() {
          closed = true;
        },
      };
    },
  };
}
