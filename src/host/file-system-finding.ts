import { accessSync, constants, readFileSync, readlinkSync, statSync } from 'node:fs';
import { basename } from 'node:path';
import type { FileSystemFinding } from '../model/volume-condition.js';
import { errorCode } from './errno.js';

/**
 * Asks the file system that is mounted at a path how it is: by its answers to calls that read and write
 * nothing, and by what ext4 has recorded of errors. `writable`: whether it should take writes.
 */
export function findFileSystem(path: string, writable: boolean): FileSystemFinding {
  try {
    const { dev } = statSync(path, { bigint: true });
    const count = recordedErrors(dev);
    if (count > 0) return { found: 'errors', count };
    if (writable) accessSync(path, constants.W_OK);
    return { found: 'well' };
  } catch (error) {
    const code = errorCode(error);
    switch (code) {
      case undefined:
        throw error;
      case 'EROFS':
        return { found: 'read-only' };
      // Not for this user to enter or to write to, or nothing there: neither tells of the file system.
      case 'EACCES':
      case 'EPERM':
      case 'ENOENT':
      case 'ENOTDIR':
        return { found: 'well' };
      default:
        return { found: 'failing', code };
    }
  }
}

/** The errors that ext4 counts for a file system since it was last checked; 0 for any other. */
function recordedErrors(device: bigint): number {
  const major = ((device >> 32n) & 0xfffff000n) | ((device >> 8n) & 0xfffn);
  const minor = ((device >> 12n) & 0xffffff00n) | (device & 0xffn);
  try {
    const name = basename(readlinkSync(`/sys/dev/block/${major}:${minor}`));
    return Number(readFileSync(`/sys/fs/ext4/${name}/errors_count`, 'utf8'));
  } catch {
    return 0;
  }
}
