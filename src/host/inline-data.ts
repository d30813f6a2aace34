import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, rmdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { isVolumeId, type Volume } from '../model/volume.js';
import { volumeShape } from '../record/volume.js';
import { ownerOfContent, type Fill } from './content.js';
import { listedMounts } from './mount-table.js';
import { openPastNames } from './past-names.js';
import { openShelf } from './shelf.js';
import { treeRemoval } from './tree-removal.js';
import type { VolumeData } from './volume-data.js';

/**
 * The data of a node's inline volumes, in a directory of the node's own:
 *
 *     volumes/<name>/   as in the pool; the name is the volume's id, or stands for it
 *     incoming/<name>/  one that is being made
 *     trash/<name>/     one that is being removed
 *     past/<name>       one that was removed: an empty file
 *
 * Nothing is flushed: what was published does not outlive the boot, and is swept at the next start.
 */
export interface InlineData extends VolumeData {
  volume(volumeId: string): Volume | undefined;
  make(volume: Volume, fill: Fill): Promise<void>;
  /** Takes the volume away; resolves when its data is gone. What a crash leaves of it is swept. */
  remove(volumeId: string): Promise<void>;
  /** Whether there was a volume with this id: one of the last thousands that were removed. */
  isPast(volumeId: string): boolean;
  /**
   * Takes away all volumes but those that are in use, and what a crash left of others; resolves, once
   * they are out of sight, with their names, for `discard`. A directory that is mounted anywhere, though
   * nobody says so (the store was lost), stays, too: a workload may write to it.
   */
  sweep(inUse: readonly string[]): Promise<readonly string[]>;
  /** Removes the data of a volume that was swept, unless that was done since; may take long. */
  discard(name: string): Promise<void>;
  /** Removes the directory itself, with what is remembered in it; does nothing while it holds a volume. */
  end(): void;
}

/** Volumes that were removed and are remembered: a CO asks again within minutes. */
const REMEMBERED = 10_000;

/** Opens the data of inline volumes at an absolute path and makes its directories. */
export function openInlineData(directory: string): InlineData {
  const within = (name: string) => join(directory, name);
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const shelf = openShelf({
    places: { shown: within('volumes'), incoming: within('incoming'), trash: within('trash') },
    descriptorName: 'volume.json',
    shape: volumeShape,
    sync: 'never',
    removal: treeRemoval(),
  });
  const device = statSync(within('volumes'), { bigint: true }).dev;
  const past = openPastNames(within('past'), REMEMBERED);
  /** What was swept and is still to be removed. */
  const swept = new Set<string>();
  const removals = new Map<string, Promise<void>>();

  /** Never twice at a time, nor while a volume of the name is being made. */
  function discard(name: string): Promise<void> {
    swept.delete(name);
    const running = removals.get(name) ?? shelf.discard(name).finally(() => removals.delete(name));
    removals.set(name, running);
    return running;
  }

  /** Out of sight; it is remembered first, so that its end is never unknown. */
  async function retire(name: string): Promise<void> {
    past.add(name);
    // One with this name that an earlier removal left would be in the way.
    await discard(name);
    await shelf.retire(name);
  }

  return {
    directory,
    content: (volumeId) => shelf.content(nameOf(volumeId)),
    isContentOf: (volumeId, mount) =>
      mount.device === device && ownerOfContent(mount.root) === nameOf(volumeId),
    volume(volumeId) {
      const item = shelf.descriptor(nameOf(volumeId));
      return item && { ...item, id: volumeId };
    },
    async make(volume, fill) {
      const name = nameOf(volume.id);
      await discard(name);
      try {
        await shelf.prepare({ ...volume, id: name }, fill);
        await shelf.reveal(name);
      } catch (error) {
        await discard(name);
        throw error;
      }
    },
    async remove(volumeId) {
      const name = nameOf(volumeId);
      await retire(name);
      await discard(name);
    },
    isPast: (volumeId) => past.has(nameOf(volumeId)),
    async sweep(inUse) {
      const kept = new Set([...inUse.map(nameOf), ...(await mountedNames(device))]);
      const { leftovers, strangers } = await shelf.recover(kept);
      for (const name of leftovers) past.add(name);
      for (const name of strangers) await retire(name);
      for (const name of [...leftovers, ...strangers]) swept.add(name);
      return [...swept];
    },
    async discard(name) {
      if (swept.has(name)) await discard(name);
    },
    end() {
      const places = ['volumes', 'incoming', 'trash'].map(within);
      if (places.some((place) => readdirSync(place).length > 0)) return;
      // All at once: a driver that serves this node again may start as soon as this one has ended.
      for (const place of places) rmdirSync(place);
      rmSync(within('past'), { recursive: true });
      rmdirSync(directory);
    },
  };
}

/** The names of all directories on a device whose content is mounted somewhere. */
async function mountedNames(device: bigint): Promise<readonly string[]> {
  const mounts = await listedMounts();
  return mounts.flatMap((mount) =>
    mount.device === device ? (ownerOfContent(mount.root) ?? []) : [],
  );
}

/**
 * The name of a volume's directory. The CO chooses the ids of inline volumes, so they may be anything: one
 * that is no file name, or could be taken for the name of such a one, is named by its hash.
 */
function nameOf(volumeId: string): string {
  if (isVolumeId(volumeId) && !volumeId.startsWith(HASHED)) return volumeId;
  return HASHED + createHash('sha256').update(volumeId).digest('hex');
}

const HASHED = 'id-';
