/**
 * Volume ids in bytewise order (they are ASCII, so code units sort like bytes). A place is found by
 * halving; making room there moves the ids behind it, which takes microseconds for 10,000.
 */
export interface SortedIds {
  add(id: string): void;
  remove(id: string): void;
  /** At most `limit` ids, from the first one after `after`. */
  following(after: string, limit: number): string[];
}

export function createSortedIds(): SortedIds {
  const ids: string[] = [];

  /** Where the first id stands that does not come before `id`. */
  function place(id: string): number {
    let low = 0;
    let high = ids.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const found = ids[middle];
      if (found !== undefined && found < id) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  return {
    add(id) {
      const at = place(id);
      if (ids[at] !== id) ids.splice(at, 0, id);
    },
    remove(id) {
      const at = place(id);
      if (ids[at] === id) ids.splice(at, 1);
    },
    following(after, limit) {
      const at = place(after);
      const start = ids[at] === after ? at + 1 : at;
      return ids.slice(start, start + limit);
    },
  };
}
