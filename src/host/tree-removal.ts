import { execFile } from 'node:child_process';
import { lstat, realpath, rm, unlink } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { errorCode } from './errno.js';
import { listedMounts, type ListedMount } from './mount-table.js';

/** Removes directories with all that is in them, but never what is mounted in them. */
export interface TreeRemoval {
  /**
   * Resolves when the directory is gone, or the symlink in its place, or was not there. Rejects, with nothing removed, while
   * something is mounted in it: removing would reach into the mount.
   */
  remove(directory: string): Promise<void>;
}

/** Requests that come side by side share one look at the mount table, which is slow to read. */
export function treeRemoval(): TreeRemoval {
  let nextLook: Promise<readonly ListedMount[]> | undefined;

  function mountsFromNowOn(): Promise<readonly ListedMount[]> {
    nextLook ??= new Promise<void>((resolve) => setImmediate(resolve)).then(() => {
      nextLook = undefined;
      return listedMounts();
    });
    return nextLook;
  }

  return {
    async remove(directory) {
      const stats = await lstat(directory).catch((error: unknown) => {
        if (errorCode(error) === 'ENOENT') return undefined;
        throw error;
      });
      if (stats === undefined) return;
      // What a symlink leads to is not ours to remove.
      if (!stats.isDirectory()) return unlink(directory);
      const real = join(await realpath(dirname(directory)), basename(directory));
      const inside = (await mountsFromNowOn()).find(({ path }) => path.startsWith(`${real}/`));
      if (inside !== undefined) {
        throw new Error(`${directory} is not removed: something is mounted at ${inside.path}`);
      }
      await rm(real, { recursive: true, force: true }).catch((error: unknown) => {
        if (errorCode(error) === 'ENAMETOOLONG') return removeDeep(real);
        throw error;
      });
    },
  };
}

/**
 * Node.js removes by whole paths, and workloads nest directories until those are longer than the kernel
 * takes; rm(1) goes from directory to directory.
 */
async function removeDeep(directory: string): Promise<void> {
  await promisify(execFile)('rm', ['-rf', '--one-file-system', '--', directory]);
}
