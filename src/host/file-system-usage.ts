import { statfs } from 'node:fs/promises';

/** How full something is; `available` is what a user without rights can still take. */
export interface Fullness {
  readonly total: bigint;
  readonly used: bigint;
  readonly available: bigint;
}

/** How full the file system at a path is. */
export async function fileSystemUsage(
  path: string,
): Promise<{ readonly bytes: Fullness; readonly inodes: Fullness }> {
  const { bsize, blocks, bfree, bavail, files, ffree } = await statfs(path, { bigint: true });
  return {
    bytes: {
      total: blocks * bsize,
      used: (blocks - bfree) * bsize,
      available: bavail * bsize,
    },
    inodes: { total: files, used: files - ffree, available: ffree },
  };
}
