import { closeSync, fsync, openSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Sync } from '../record/sync.js';

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

/**
 * Flushes files or directories, side by side. What is asked for while a path is being flushed waits for
 * the next flush of it, so many callers share one.
 */
export async function flushPaths(paths: readonly string[], sync: Sync): Promise<void> {
  if (sync === 'never') return;
  await Promise.all(paths.map(flushed));
}

/** A flush that is under way, and the one after it if anyone waits for it. */
interface Flushing {
  readonly current: Promise<void>;
  next?: Promise<void>;
}

const underWay = new Map<string, Flushing>();

function flushed(path: string): Promise<void> {
  const now = underWay.get(path);
  if (now === undefined) return begin(path);
  // The one under way may have begun before what is to be flushed was there.
  now.next ??= now.current.then(
    () => begin(path),
    () => begin(path),
  );
  return now.next;
}

function begin(path: string): Promise<void> {
  const current = flushOne(path).finally(() => {
    if (underWay.get(path)?.current === current) underWay.delete(path);
  });
  underWay.set(path, { current });
  return current;
}

async function flushOne(path: string): Promise<void> {
  const descriptor = openSync(path, 'r');
  try {
    await flush(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

/** Flushes what is open. Without promisify(), which costs as much as the rest of the call on this thread. */
export function flush(descriptor: number): Promise<void> {
  return new Promise((resolve, reject) => {
    fsync(descriptor, (error) => {
      if (error === null) resolve();
      else reject(error);
    });
  });
}
