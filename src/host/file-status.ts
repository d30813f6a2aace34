import { constants } from 'node:fs';
import { libc } from './libc.js';
import type { FileIdentity } from './file-identity.js';
import { AT_EMPTY_PATH, AT_FDCWD, checked, whole } from './syscalls.js';

const AT_SYMLINK_NOFOLLOW = 0x100;
const AT_NO_AUTOMOUNT = 0x800;

/** What statx(2) says of a file. */
export interface FileStatus {
  readonly kind: 'directory' | 'file' | 'symlink' | 'other';
  /** For the node of a block device: the device's number, as node:fs gives `rdev`. */
  readonly blockDevice: bigint | undefined;
  readonly size: bigint;
  /** As node:fs gives `dev` and `ino`. */
  readonly identity: FileIdentity;
  /** Whether it is the root of a mount. Kernels before 5.8 do not know: always false. */
  readonly mountRoot: boolean;
}

/** The status of what a descriptor holds. */
export function statx(descriptor: number): FileStatus {
  return status(descriptor, '', AT_EMPTY_PATH);
}

/** The status of what stands at a path itself, which must not end in a slash: that follows symlinks. */
export function statxAt(path: string): FileStatus {
  return status(AT_FDCWD, whole('statx', path), AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT);
}

function status(directory: number, path: string, flags: number): FileStatus {
  const STATX_TYPE_INO_SIZE = 0x1 | 0x100 | 0x200;
  const STATX_ATTR_MOUNT_ROOT = 0x2000n;
  const buffer = Buffer.alloc(256);
  const result = libc().statx(directory, path, flags, STATX_TYPE_INO_SIZE, buffer);
  checked(result, 'statx', path);
  const mode = buffer.readUInt16LE(28);
  return {
    kind: kindOf(mode),
    blockDevice:
      (mode & constants.S_IFMT) === constants.S_IFBLK
        ? deviceNumber(buffer.readUInt32LE(128), buffer.readUInt32LE(132))
        : undefined,
    size: buffer.readBigUInt64LE(40),
    identity: {
      device: deviceNumber(buffer.readUInt32LE(136), buffer.readUInt32LE(140)),
      inode: buffer.readBigUInt64LE(32),
    },
    mountRoot: (buffer.readBigUInt64LE(8) & STATX_ATTR_MOUNT_ROOT) !== 0n,
  };
}

function kindOf(mode: number): FileStatus['kind'] {
  switch (mode & constants.S_IFMT) {
    case constants.S_IFDIR:
      return 'directory';
    case constants.S_IFREG:
      return 'file';
    case constants.S_IFLNK:
      return 'symlink';
    default:
      return 'other';
  }
}

/** What the C library's makedev() makes of a device's two numbers. */
export function deviceNumber(major: number, minor: number): bigint {
  const [high, low] = [BigInt(major), BigInt(minor)];
  return (
    ((high & 0xfffff000n) << 32n) |
    ((high & 0xfffn) << 8n) |
    ((low & 0xffffff00n) << 12n) |
    (low & 0xffn)
  );
}
