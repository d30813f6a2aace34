import { closeSync, fsync, openSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { promisify } from 'node:util';
import type { Sync } from '../record/sync.js';

const flush = promisify(fsync);

/** Writes a new file; the text is on the disk when it resolves, the name once its directory is too. */
export async function writeNew(
  path: string,
  text: string,
  sync: Sync,
  mode = 0o600,
): Promise<void> {
  const descriptor = openSync(path, 'wx', mode);
  try {
    writeFileSync(descriptor, text);
    if (sync === 'always') await flush(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

/** Replaces a file whole: after a crash there is the old text or the new one. `spare` must not exist. */
export async function replaceFile(
  path: string,
  spare: string,
  text: string,
  sync: Sync,
  mode?: number,
): Promise<void> {
  await writeNew(spare, text, sync, mode);
  renameSync(spare, path);
  await flushPaths([dirname(path)], sync);
}

/** Flushes files or directories, side by side. */
export async function flushPaths(paths: readonly string[], sync: Sync): Promise<void> {
  if (sync === 'never') return;
  await Promise.all(
    paths.map(async (path) => {
      const descriptor = openSync(path, 'r');
      try {
        await flush(descriptor);
      } finally {
        closeSync(descriptor);
      }
    }),
  );
}
