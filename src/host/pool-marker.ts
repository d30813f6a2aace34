import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { replaceFile } from './durable-file.js';
import { readRecord, RecordError, writeRecord } from '../record/envelope.js';
import { object, text } from '../record/shape.js';
import type { Sync } from '../record/sync.js';
import { errorCode } from './errno.js';

/** The pool cannot be used as it is. The message says what to do; nothing was changed. */
export class PoolError extends Error {
  override readonly name = 'PoolError';
}

/**
 * Claims a pool for a store: a pool carries the identity of the store that has its records, so that no
 * store is ever used with another's volumes. An empty pool is claimed by the first store.
 */
export async function claimPool(
  directory: string,
  { id: storeId, volumeCount }: { readonly id: string; readonly volumeCount: number },
  sync: Sync,
): Promise<void> {
  const rebuild = `move the store ${storeId} away and ${REBUILD}`;
  const owner = readOwner(directory, rebuild);
  if (owner === storeId) return;
  if (owner !== undefined) {
    throw new PoolError(
      `the pool ${directory} belongs to another store (${owner}, not ${storeId}): use its state ` +
        `directory, choose another pool, or ${rebuild}`,
    );
  }
  if (hasVolumes(directory)) throw new PoolError(unmarked(directory, rebuild));
  if (volumeCount > 0) {
    throw new PoolError(
      `the pool ${directory} is empty, but the store has ${volumeCount} volumes: is it the right ` +
        'directory, and is it mounted?',
    );
  }
  await markPool(directory, storeId, sync);
}

/** Makes sure that a pool, which need not exist, has no store, so that a new one may begin. */
export function requireFreePool(directory: string): void {
  const owner = readOwner(directory, REBUILD);
  if (owner !== undefined) {
    throw new PoolError(
      `the pool ${directory} belongs to a store (${owner}) that is not in the state directory: restore ` +
        `it, use its state directory, choose another pool, or ${REBUILD}`,
    );
  }
  if (hasVolumes(directory)) throw new PoolError(unmarked(directory, REBUILD));
}

/**
 * Makes sure that a pool is there, for a node that has records of volumes in it: where another directory
 * is in its place, those records must not be taken for ones whose mounts have gone.
 */
export function requirePool(directory: string): void {
  if (readOwner(directory, REBUILD) !== undefined) return;
  throw new PoolError(
    `the pool ${directory} is empty, but this node has volumes of it: is it the right directory, and ` +
      'is it mounted?',
  );
}

const REBUILD = 'make a new store from this pool with "csi-mock pool rebuild"';

function unmarked(directory: string, rebuild: string): string {
  return (
    `the pool ${directory} has volumes but no pool.json that names their store: restore that file, ` +
    `or ${rebuild}`
  );
}

function hasVolumes(directory: string): boolean {
  const volumes = join(directory, 'volumes');
  return existsSync(volumes) && readdirSync(volumes).length > 0;
}

/** Gives the pool to a store, whoever had it: for a store that was rebuilt from the pool. */
export async function markPool(directory: string, storeId: string, sync: Sync): Promise<void> {
  const spare = join(directory, 'pool.json.new');
  await rm(spare, { force: true });
  const record = writeRecord(markerShape, { store: storeId });
  await replaceFile(markerPath(directory), spare, `${record}\n`, sync);
}

const markerShape = object<{ readonly store: string }>({ store: text });

function readOwner(directory: string, rebuild: string): string | undefined {
  const path = markerPath(directory);
  try {
    return readRecord(markerShape, path, readFileSync(path, 'utf8')).store;
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined;
    if (!(error instanceof RecordError)) {
      throw new PoolError(`the pool ${directory} cannot be opened`, { cause: error });
    }
    const way = error.reason === 'newer' ? 'use a newer driver' : `restore it, or ${rebuild}`;
    throw new PoolError(`${error.message}; ${way}`);
  }
}

function markerPath(directory: string): string {
  return join(directory, 'pool.json');
}
