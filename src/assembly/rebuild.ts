import { existsSync, renameSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { flushPaths } from '../host/durable-file.js';
import { listedMounts } from '../host/mount-table.js';
import { openPool, type Pool } from '../host/pool.js';
import { markPool, PoolError } from '../host/pool-marker.js';
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
  if (options.services.includes('node')) await requireNoMounts(pool);
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

function isVolumeOf(pool: Pool, mountRoot: string): boolean {
  const id = pool.volumeAt(mountRoot);
  return id !== undefined && pool.volumes.content(id) !== undefined;
}

async function fill(store: Store, pool: Pool): Promise<readonly string[]> {
  const { items: volumes, unreadable } = pool.volumes.survey();
  const lines = unreadable.map(
    (id) => `left alone: ${id}, which has no descriptor that can be read`,
  );
  let count = 0;
  for (const volume of volumes) {
    const other = store.volumeNamed(volume.name);
    if (other === undefined) {
      await store.putVolume(volume);
      count += 1;
    } else {
      lines.push(
        `left alone: ${volume.id}, whose name ${JSON.stringify(volume.name)} ${other.id} has`,
      );
    }
  }
  lines.push(
    `${count} volumes are known again; where they were controller-published is not: ` +
      'the CO attaches them anew',
  );
  return lines;
}
