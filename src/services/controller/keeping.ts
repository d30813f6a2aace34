import type { Call } from '../../csi/handler.js';
import type { Fill } from '../../host/content.js';
import type { Shelf } from '../../host/shelf.js';

/**
 * Makes and unmakes the volumes, or the snapshots: each is a record in the store and a directory on a
 * shelf, and a crash may fall between the two. The lock of the thing is held.
 */
export interface Keeping<Item> {
  /**
   * Makes it out of sight, records it, then shows it: after a crash in between there is nothing that
   * counts, or a thing that start-up shows. `recording` is called when the store counts it.
   */
  make(item: Item, fill: Fill, call: Call, recording?: () => void): Promise<void>;
  /**
   * Takes it out of sight, then forgets it: a crash in between puts it back at start-up, and so does
   * an error. `check` throws when it has come to be in use just before it went out of sight.
   */
  unmake(id: string, call: Call, check?: () => void): Promise<void>;
}

export interface KeepingDeps<Item extends { readonly id: string }> {
  /** For messages: `volume`. */
  readonly what: string;
  readonly shelf: Shelf<Item>;
  put(item: Item): Promise<void>;
  remove(id: string): Promise<void>;
}

export function keeping<Item extends { readonly id: string }>({
  what,
  shelf,
  put,
  remove,
}: KeepingDeps<Item>): Keeping<Item> {
  /** Things out of sight whose record could not be kept, and may be found at the next start all the same. */
  const doubtful = new Set<string>();

  async function record(item: Item, call: Call): Promise<void> {
    const before = [...doubtful];
    try {
      await put(item);
    } catch (error) {
      doubtful.add(item.id);
      throw error;
    }
    // What failed before this write is taken back with it.
    for (const id of before) if (doubtful.delete(id)) void discard(id, call);
  }

  /** Removes what is left of a thing; if that fails, the next start tries again. */
  async function discard(id: string, call: Call): Promise<void> {
    await shelf.discard(id).catch((error: unknown) => {
      call.warn(`what is left of a ${what} could not be removed`, { left: id, err: error });
    });
  }

  return {
    async make(item, fill, call, recording) {
      try {
        await shelf.prepare(item, fill);
      } catch (error) {
        await discard(item.id, call);
        throw error;
      }
      const recorded = record(item, call);
      recording?.();
      await recorded;
      await shelf.reveal(item.id);
    },

    async unmake(id, call, check) {
      try {
        await shelf.retire(id);
        check?.();
        await remove(id);
      } catch (error) {
        await shelf.restore(id).catch((err: unknown) => {
          call.warn(`a ${what} that could not be deleted may be out of sight`, { err });
        });
        throw error;
      }
      // Large trees take long.
      void discard(id, call);
    },
  };
}
