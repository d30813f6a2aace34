import { existsSync, renameSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { flushPaths } from '../host/durable-file.js';
import { attachedImages } from '../host/loop-node.js';
import { listedMounts } from '../host/mount-table.js';
import { openPool, type Pool } from '../host/pool.js';
import { markPool, PoolError } from '../host/pool-marker.js';
import type { Shelf } from '../host/shelf.js';
import { enumerate } from '../model/enumeration.js';
import type { Options } from '../options.js';
import { openLevel } from '../store/level.js';
import { openStore } from '../store/open-store.js';
import type { Store } from '../store/store.js';
import { hasStore, storeDirectory } from './foundation.js';

/**
 * Makes a lost store anew from the descriptors in the pool. Resolves with what was found, for a person
 * to read. Throws a PoolError, with nothing changed, where a store is still there, and where volumes are
 * mounted: the new store would not know of them, and let them be published once more.
 */
export async function rebuildStore(options: Options): Promise<readonly string[]> {
  const directory = storeDirectory(options);
  if (hasStore(options)) {
    throw new PoolError(`there is a store at ${directory} already; if it is damaged, move it away`);
  }
  if (!existsSync(join(options.poolDir, 'volumes'))) {
    throw new PoolError(`there is no pool at ${options.poolDir}`);
  }
  const pool = openPool(options.poolDir, options.sync);
  if (options.services.includes('node')) {
    await requireNoMounts(pool);
    requireNoDevices(pool);
  }
  // Made beside its place: a rebuild that is interrupted begins again from the start.
  const making = `${directory}.rebuilding`;
  await rm(making, { recursive: true, force: true });
  const store = await openStore(await openLevel(making, { sync: options.sync }));
  let lines: readonly string[];
  try {
    lines = await fill(store, pool);
  } finally {
    await store.close();
  }
  await markPool(options.poolDir, store.id, options.sync);
  // Takes the place of nothing but an empty directory.
  renameSync(making, directory);
  await flushPaths([options.stateDir], options.sync);
  return lines;
}

async function requireNoMounts(pool: Pool): Promise<void> {
  const mounts = await listedMounts();
  const paths = mounts.filter(({ root }) => isVolumeOf(pool, root)).map(({ path }) => path);
  if (paths.length === 0) return;
  throw new PoolError(
    `volumes of the pool ${pool.directory} are mounted at ${enumerate(paths)}: ` +
      'unmount them first, for a new store does not know of them',
  );
}

/**
 * A volume that is an image is mounted from a loop device; a block volume is one. The path of the image is
 * that of the container that attached it, and leads nowhere once that is gone: the volume's id counts.
 */
function requireNoDevices(pool: Pool): void {
  const devices = attachedImages()
    .filter(({ image }) => isVolumeOf(pool, image))
    .map(({ device }) => device);
  if (devices.length === 0) return;
  throw new PoolError(
    `volumes of the pool ${pool.directory} are attached to ${enumerate(devices)}: unmount what ` +
      'findmnt(8) shows of them and detach them by "losetup --detach" first',
  );
}

function isVolumeOf(pool: Pool, mountRoot: string): boolean {
  const id = pool.volumeAt(mountRoot);
  return id !== undefined && pool.volumes.content(id) !== undefined;
}

async function fill(store: Store, pool: Pool): Promise<readonly string[]> {
  const volumes = await refill(
    pool.volumes,
    (name) => store.volumeNamed(name),
    (volume) => store.putVolume(volume),
  );
  const snapshots = await refill(
    pool.snapshots,
    (name) => store.snapshotNamed(name),
    (snapshot) => store.putSnapshot(snapshot),
  );
  return [
    ...volumes.leftAlone,
    ...snapshots.leftAlone,
    ...(snapshots.count === 0 ? [] : [`${snapshots.count} snapshots are known again`]),
    `${volumes.count} volumes are known again; where they were controller-published is not: ` +
      'the CO attaches them anew',
  ];
}

/** Puts what is on a shelf into the store; of two with one name, the first. */
async function refill<Item extends { readonly id: string; readonly name: string }>(
  shelf: Shelf<Item>,
  named: (name: string) => Item | undefined,
  put: (item: Item) => Promise<void>,
): Promise<{ readonly count: number; readonly leftAlone: readonly string[] }> {
  const { items, unreadable } = shelf.survey();
  const leftAlone = unreadable.map(
    (id) => `left alone: ${id}, which has no descriptor that can be read`,
  );
  let count = 0;
  for (const item of items) {
    const other = named(item.name);
    if (other === undefined) {
      await put(item);
      count += 1;
    } else {
      leftAlone.push(
        `left alone: ${item.id}, whose name ${JSON.stringify(item.name)} ${other.id} has`,
      );
    }
  }
  return { count, leftAlone };
}
