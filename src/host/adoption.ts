import { lstatSync, realpathSync, renameSync } from 'node:fs';
import { rmdir, unlink } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import type { Volume } from '../model/volume.js';
import { contentPath } from './content.js';
import { flushPaths } from './durable-file.js';
import { errorCode } from './errno.js';
import { listedMounts } from './mount-table.js';
import { sameFile, type FileIdentity } from './file-identity.js';
import { PoolError } from './pool-marker.js';
import type { Pool } from './pool.js';

/** A directory that may become the data of a volume. */
export interface AdoptableDirectory {
  /** Absolute, without symlinks on the way. */
  readonly path: string;
  readonly identity: FileIdentity;
}

/**
 * Looks at a directory that is to become a volume's data; undefined when there is nothing at the path.
 * Throws a PoolError for one that must not: not a directory, reached through a symlink, on another file
 * system than the pool, mounted on, or in `own` directories or around them.
 */
export async function adoptableDirectory(
  path: string,
  pool: Pool,
  own: readonly string[],
): Promise<AdoptableDirectory | undefined> {
  const asked = resolve(path);
  const status = lstatSync(asked, { bigint: true, throwIfNoEntry: false });
  if (status === undefined) return undefined;
  const refuse = (why: string) => new PoolError(`${asked} cannot be adopted: ${why}`);
  if (status.isSymbolicLink()) throw refuse('it is a symlink');
  if (!status.isDirectory()) throw refuse('it is no directory');
  const real = realpathSync(asked);
  if (real !== asked) throw refuse(`it is reached through a symlink; its own path is ${real}`);
  for (const directory of own.map((each) => realpathSync(each))) {
    if (isIn(real, directory)) throw refuse(`it is in ${directory}, which is the driver's own`);
    if (isIn(directory, real)) throw refuse(`${directory}, which is the driver's own, is in it`);
  }
  const mounted = (await listedMounts()).find((mount) => isIn(mount.path, real));
  if (mounted !== undefined) throw refuse(`something is mounted at ${mounted.path}`);
  if (status.dev !== pool.device) throw refuse(elsewhere(pool));
  return { path: real, identity: { device: status.dev, inode: status.ino } };
}

/**
 * Moves a directory into the pool as the data of a volume that has no record yet. It is there when this
 * resolves, and survives power loss; when it rejects, the directory is where it was.
 *
 * The volume's place is made first, without data, and in view: until there is a record it is a stranger
 * there, which nobody ever removes, and so are the data that come to it.
 */
export async function moveIntoPool(
  pool: Pool,
  volume: Volume,
  { path, identity }: AdoptableDirectory,
): Promise<void> {
  await pool.volumes.discard(volume.id);
  await pool.volumes.prepare(volume, () => []);
  await pool.volumes.reveal(volume.id);
  const data = dataOf(pool, volume.id);
  try {
    renameSync(path, data);
  } catch (error) {
    await removePlace(pool, volume.id);
    if (errorCode(error) !== 'EXDEV') throw error;
    throw new PoolError(`${path} cannot be adopted: ${elsewhere(pool)}`, { cause: error });
  }
  const { dev, ino } = lstatSync(data, { bigint: true });
  if (!sameFile({ device: dev, inode: ino }, identity)) {
    await moveOutOfPool(pool, volume.id, path);
    throw new PoolError(`${path} cannot be adopted: it was replaced meanwhile`);
  }
  await flushPaths([dirname(data), dirname(path)], pool.sync);
}

/** Undoes `moveIntoPool`. Throws a PoolError that says where the data is when it cannot. */
async function moveOutOfPool(pool: Pool, volumeId: string, path: string): Promise<void> {
  try {
    renameSync(dataOf(pool, volumeId), path);
  } catch (error) {
    throw new PoolError(
      `${path} could not be moved back; it is at ${dataOf(pool, volumeId)}: adopt it again`,
      { cause: error },
    );
  }
  await flushPaths([dirname(path)], pool.sync);
  await removePlace(pool, volumeId);
}

/** Removes the place of a volume without data and record, by calls that only take what is empty. */
export async function removePlace(pool: Pool, volumeId: string): Promise<void> {
  const place = dirname(dataOf(pool, volumeId));
  await unlink(join(place, 'volume.json')).catch((error: unknown) => {
    if (errorCode(error) !== 'ENOENT') throw error;
  });
  await rmdir(place);
}

function dataOf(pool: Pool, volumeId: string): string {
  return contentPath(join(pool.directory, 'volumes', volumeId), 'directory');
}

function elsewhere({ directory }: Pool): string {
  return (
    `it is on another file system than the pool ${directory}, and a volume's data is moved, not copied: ` +
    'copy it there first, with "cp -a", and adopt the copy'
  );
}

function isIn(path: string, directory: string): boolean {
  return `${path}/`.startsWith(directory === '/' ? '/' : `${directory}/`);
}
