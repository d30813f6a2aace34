import { invalid } from '../../csi/field.js';
import { pageToken, startAfter } from './page-token.js';

/** What a caller asks of a list (spec: "ListVolumes", "ListSnapshots"). */
export interface PageRequest {
  /** 0: all. */
  readonly max_entries: number;
  readonly starting_token: string;
}

export interface Page<Item> {
  readonly items: readonly Item[];
  /** Empty for the last page. */
  readonly next_token: string;
}

/**
 * One page of a list that is in order of ids; `read` answers at most so many of those after an id.
 * INVALID_ARGUMENT for a negative number of entries, ABORTED for what is no token.
 */
export function pageOf<Item extends { readonly id: string }>(
  { max_entries, starting_token }: PageRequest,
  read: (after: string, limit: number) => readonly Item[],
): Page<Item> {
  if (max_entries < 0) throw invalid('max_entries', 'must not be negative');
  const after = startAfter(starting_token);
  const limit = max_entries === 0 ? Infinity : max_entries;
  // One more than asked for tells whether there is another page.
  const found = read(after, limit + 1);
  const items = found.slice(0, limit);
  const last = items.at(-1);
  return { items, next_token: found.length > items.length && last ? pageToken(last.id) : '' };
}
