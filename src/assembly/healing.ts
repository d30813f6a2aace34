import type { Shelf } from '../host/shelf.js';
import type { Foundation } from './foundation.js';

/**
 * Heals what a crash left of the volumes, or of the snapshots, given the ids that have a record. What
 * nobody needs is removed in the background. `what`: for the log.
 */
export async function heal<Item extends { readonly id: string }>(
  what: 'volume' | 'snapshot',
  shelf: Shelf<Item>,
  recorded: readonly Item[],
  { log, background }: Pick<Foundation, 'log' | 'background'>,
): Promise<void> {
  const { leftovers, strangers, missing } = await shelf.recover(
    new Set(recorded.map(({ id }) => id)),
  );
  for (const id of missing) {
    log.warn(
      { [what]: id },
      `the data of this ${what} is gone from the pool; restore it or delete it`,
    );
  }
  for (const id of strangers) {
    log.warn({ [what]: id }, `a directory in the pool belongs to no ${what}; it is left alone`);
  }
  background.each(
    leftovers,
    (id) => shelf.discard(id),
    (id, err) => log.warn({ [what]: id, err }, `what is left of a ${what} could not be removed`),
  );
}
