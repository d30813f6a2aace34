import { readFileSync, readdirSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { replaceFile, type Sync } from './durable-file.js';
import { errorCode } from './errno.js';

/** The pool cannot be used as it is. The message says what to do; nothing was changed. */
export class PoolError extends Error {
  override readonly name = 'PoolError';
}

/**
 * Claims a pool for a store: a pool carries the identity of the store that has its records, so that no
 * store is ever used with another's volumes. An empty pool is claimed by the first store.
 */
export async function claimPool(directory: string, storeId: string, sync: Sync): Promise<void> {
  const owner = readOwner(directory);
  if (owner === storeId) return;
  if (owner !== undefined) {
    throw new PoolError(
      `the pool ${directory} belongs to another store (${owner}, not ${storeId}): use its state ` +
        'directory, choose another pool, or make a new store from this pool with "csi-mock pool rebuild"',
    );
  }
  if (readdirSync(join(directory, 'volumes')).length > 0) {
    throw new PoolError(
      `the pool ${directory} has volumes but no pool.json that names their store: restore that file, ` +
        'or make a new store from the pool with "csi-mock pool rebuild"',
    );
  }
  await markPool(directory, storeId, sync);
}

/** Gives the pool to a store, whoever had it: for a store that was rebuilt from the pool. */
export async function markPool(directory: string, storeId: string, sync: Sync): Promise<void> {
  const spare = join(directory, 'pool.json.new');
  await rm(spare, { force: true });
  await replaceFile(
    markerPath(directory),
    spare,
    `${JSON.stringify({ format: 1, store: storeId })}\n`,
    sync,
  );
}

function readOwner(directory: string): string | undefined {
  let text: string;
  try {
    text = readFileSync(markerPath(directory), 'utf8');
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined;
    throw error;
  }
  const store: unknown = parse(text, directory)?.['store'];
  if (typeof store !== 'string') throw unreadable(directory);
  return store;
}

function parse(text: string, directory: string): Record<string, unknown> | null {
  try {
    return JSON.parse(text) as Record<string, unknown> | null;
  } catch (error) {
    throw unreadable(directory, error);
  }
}

function unreadable(directory: string, cause?: unknown): PoolError {
  return new PoolError(
    `${markerPath(directory)} cannot be read; restore it, or run "csi-mock pool rebuild"`,
    { cause },
  );
}

function markerPath(directory: string): string {
  return join(directory, 'pool.json');
}
