import { ClassicLevel } from 'classic-level';
import { mkdir, open, readdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { damage } from './damage.js';
import type { Change, KeyValue } from './key-value.js';
import type { Sync } from '../record/sync.js';
import { reserve } from './reserve.js';
import { StoreError, StoreFullError } from './store.js';

export interface LevelOptions {
  readonly sync: Sync;
}

/**
 * Stands in a directory until the first write there is kept. LevelDB opens empty when its files are
 * gone, so only this tells a database that is new from one that was lost.
 */
const INCOMPLETE = 'INCOMPLETE';

/**
 * Opens the LevelDB in a directory, or makes it where the directory is absent or empty. Throws a
 * StoreError when another process has it, and when it is damaged or lost.
 */
export async function openLevel(directory: string, options: LevelOptions): Promise<KeyValue> {
  const location = resolve(directory);
  const fresh = await prepare(location, options);
  const level = new ClassicLevel(location);
  let incomplete = fresh;
  let failed = false;

  const spare = reserve(join(location, 'RESERVE'));

  try {
    await level.open({ createIfMissing: fresh }).catch((error: unknown) => {
      if (!isDiskFull(error) || !spare.release()) throw error;
      return level.open({ createIfMissing: fresh });
    });
  } catch (error) {
    throw refusal(location, error);
  }
  spare.keep();

  /**
   * A failed append leaves half a record in LevelDB's log. It goes on writing behind it, and the next
   * opening silently drops what it finds there. Only a new opening begins a new log.
   */
  async function reopen(): Promise<void> {
    await level.close();
    await level.open({ createIfMissing: false });
  }

  return {
    fresh,

    async *entries() {
      try {
        yield* level.iterator();
      } catch (error) {
        throw refusal(location, error);
      }
    },

    async write(changes, { durable, makesRoom = false }) {
      const write = async (): Promise<void> => {
        const again = failed;
        failed = true;
        if (again) await reopen();
        await level.batch(changes.map(operation), { sync: durable && options.sync === 'always' });
        failed = false;
      };
      try {
        await write().catch((error: unknown) => {
          if (!isDiskFull(error) || !makesRoom || !spare.release()) throw error;
          return write();
        });
      } catch (error) {
        throw isDiskFull(error) ? new StoreFullError(fullDisk(location), { cause: error }) : error;
      }
      spare.keep();
      if (incomplete) await rm(join(location, INCOMPLETE), { force: true });
      incomplete = false;
    },

    async close() {
      await level.close();
    },
  };
}

/** Makes the directory ready; whether a database may be made in it. */
async function prepare(location: string, { sync }: LevelOptions): Promise<boolean> {
  try {
    const created = await mkdir(location, { recursive: true, mode: 0o700 });
    const names = await readdir(location);
    if (names.includes(INCOMPLETE)) return true;
    if (names.includes('CURRENT')) return false;
    if (names.length > 0) {
      throw damage(`${location} is not empty, but there is no store in it (no file CURRENT)`);
    }
    await writeFile(join(location, INCOMPLETE), '');
    if (sync === 'always')
      await flush(location, created === undefined ? location : dirname(created));
    return true;
  } catch (error) {
    if (error instanceof StoreError) throw error;
    throw new StoreError(`the state directory ${location} cannot be used: ${reason(error)}`, {
      cause: error,
    });
  }
}

/** Flushes the names in `directory` and in each directory above it, up to `top`. */
async function flush(directory: string, top: string): Promise<void> {
  const handle = await open(directory);
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
  if (directory !== top) await flush(dirname(directory), top);
}

function operation({ key, value }: Change) {
  return value === undefined ? { type: 'del' as const, key } : { type: 'put' as const, key, value };
}

function refusal(location: string, error: unknown): StoreError {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  if (cause instanceof Error && 'code' in cause && cause.code === 'LEVEL_LOCKED') {
    return new StoreError(
      `another driver uses the state directory ${location}: stop it, or give this driver a ` +
        'directory of its own',
      { cause },
    );
  }
  if (isDiskFull(cause)) return new StoreError(`${fullDisk(location)}; make room`, { cause });
  return damage(`the store in ${location} cannot be read: ${reason(cause)}`, { cause });
}

function fullDisk(location: string): string {
  return `the disk that holds the store in ${location} is full`;
}

/** LevelDB tells of errors of the system in words. */
function isDiskFull(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  return (
    /No space left on device|Disk quota exceeded/.test(error.message) || isDiskFull(error.cause)
  );
}

function reason(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
