import { lstat, realpath, unlink } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { errorCode } from './errno.js';
import { listedMounts, type ListedMount } from './mount-table.js';
import { runTool } from './tool.js';
import { turns } from './turns.js';

/** Removes directories with all that is in them, but never what is mounted in them. */
export interface TreeRemoval {
  /**
   * Resolves when the directory is gone, or the symlink in its place, or was not there. Rejects, with nothing removed, while
   * something is mounted in it: removing would reach into the mount. The directory that it is in must be
   * out of reach of workloads; what is in it may change meanwhile, by whoever still has it.
   */
  remove(directory: string): Promise<void>;
}

/** Requests that come side by side share one look at the mount table, which is slow to read. */
export function treeRemoval(): TreeRemoval {
  let nextLook: Promise<readonly ListedMount[]> | undefined;
  const removing = turns(REMOVALS_AT_ONCE);

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
      await removing.take(async () => {
        const inside = (await mountsFromNowOn()).find(({ path }) => path.startsWith(`${real}/`));
        if (inside !== undefined) {
          throw new Error(`${directory} is not removed: something is mounted at ${inside.path}`);
        }
        await removeTree(real);
      });
    },
  };
}

/** Each is a process. */
const REMOVALS_AT_ONCE = 4;

/**
 * By rm(1) of the GNU coreutils, which goes by descriptors from directory to directory and follows no
 * symlink. Node.js removes by whole paths: who still has the volume, in another mount namespace, can put
 * a symlink in place of a directory in between, and have what that leads to removed. Nor are there paths
 * as long as workloads can nest directories.
 */
function removeTree(directory: string): Promise<void> {
  return runTool({
    program: 'rm',
    package: 'coreutils',
    args: ['-rf', '--one-file-system', '--', directory],
    timeLimitMs: 0,
  });
}
