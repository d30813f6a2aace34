import { readlinkSync } from 'node:fs';
import { errorCode } from './errno.js';
import { listedMount, mountId } from './mount-table.js';
import { statx, type FileStatus } from './file-status.js';

/**
 * The status of what a descriptor holds. A file system that has shut itself down answers EIO to every
 * question, and what is mounted of it must be found and unmounted all the same: then the kernel's table
 * of mounts tells, for the root of a mount as far as that is needed.
 */
export function statusOf(descriptor: {
  readonly number: number;
  readonly link: string;
}): FileStatus {
  try {
    return statx(descriptor.number);
  } catch (error) {
    if (errorCode(error) !== 'EIO') throw error;
    const { device, path } = listedMount(mountId(descriptor));
    if (readlinkSync(descriptor.link) !== path) throw error;
    return {
      kind: 'directory',
      blockDevice: undefined,
      size: 0n,
      identity: { device, inode: 0n },
      mountRoot: true,
    };
  }
}
