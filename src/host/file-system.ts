import type { FileSystemFormat } from '../model/format.js';
import { fileSystemBytes } from './superblock.js';
import { runTool } from './tool.js';

const PACKAGES = { ext4: 'e2fsprogs', xfs: 'xfsprogs' } as const;

/**
 * How file systems are made.
 *
 * ext4: blocks of 4096 bytes and an inode for each 16 KiB whatever the size, because for less than
 * 512 MiB the program would choose blocks of 1024 bytes, which cannot grow far. Nothing is reserved for
 * root, so that a workload of any user has the room that the CO paid for. The tables of inodes are
 * initialised now: in an image of zeros that writes nothing, while the kernel, left to do it after the
 * mount, would write them all and fill the holes. The journal needs no zeros for the same reason.
 *
 * Both: no discard, as there is nothing to give back in an image of holes; a random UUID.
 */
const MAKING: Readonly<Record<FileSystemFormat, readonly string[]>> = {
  ext4: '-q -F -b 4096 -i 16384 -m 0 -E lazy_itable_init=0,lazy_journal_init=1,nodiscard'.split(
    ' ',
  ),
  xfs: ['-q', '-f', '-K'],
};

/** Makes a file system in an image of zeros, as large as the image. Rejects with a ToolError. */
export async function makeFileSystem(format: FileSystemFormat, image: string): Promise<void> {
  const args = [...MAKING[format], image];
  await runTool({ program: `mkfs.${format}`, package: PACKAGES[format], args });
}

/** Mount options without which a copy of a file system could not be mounted beside its original. */
export const MOUNT_OPTIONS: Readonly<Record<FileSystemFormat, readonly string[]>> = {
  ext4: [],
  xfs: ['nouuid'],
};

/** Whether the file system on a device has fewer bytes than it could have. */
export function isSmallerThan(bytes: bigint, format: FileSystemFormat, device: string): boolean {
  const own = fileSystemBytes(format, device);
  return own !== undefined && own < bytes;
}

/** Grows an ext4 file system that is not mounted to the size of its device. Rejects with a ToolError. */
export async function growUnmounted(device: string): Promise<void> {
  // resize2fs wants a check that is newer than the last mount. 1: errors were found and mended.
  const check = { program: 'e2fsck', args: ['-f', '-p', device], success: [0, 1] };
  await runTool({ ...check, package: PACKAGES.ext4 });
  await runTool({ program: 'resize2fs', package: PACKAGES.ext4, args: [device] });
}

/**
 * Grows a mounted file system to the size of its device, and does nothing when it has that size.
 * Rejects with a ToolError: for ext4 `not-permitted` without the capability CAP_SYS_RESOURCE.
 */
export async function growMounted(
  format: FileSystemFormat,
  { device, path }: { readonly device: string; readonly path: string },
): Promise<void> {
  switch (format) {
    case 'ext4':
      return runTool({ program: 'resize2fs', package: PACKAGES.ext4, args: [device] });
    case 'xfs':
      // -d: the part that holds data, and nothing else.
      return runTool({ program: 'xfs_growfs', package: PACKAGES.xfs, args: ['-d', path] });
  }
}
