import { closeSync, openSync, readSync } from 'node:fs';
import type { FileSystemFormat } from '../model/format.js';

/**
 * How many bytes the file system on a disk or in an image has, as its superblock says; undefined when
 * there is no such file system. What is mounted may have grown since.
 */
export function fileSystemBytes(format: FileSystemFormat, path: string): bigint | undefined {
  const start = firstBytes(path, 2048);
  switch (format) {
    case 'ext4':
      return ext4Bytes(start.subarray(1024));
    case 'xfs':
      return xfsBytes(start);
  }
}

/** The layout of struct ext4_super_block: little-endian. */
function ext4Bytes(superblock: Buffer): bigint | undefined {
  const MAGIC = 0xef53;
  const INCOMPAT_64BIT = 0x80;
  if (superblock.readUInt16LE(0x38) !== MAGIC) return undefined;
  const wide = (superblock.readUInt32LE(0x60) & INCOMPAT_64BIT) !== 0;
  const high = wide ? BigInt(superblock.readUInt32LE(0x150)) << 32n : 0n;
  const blockBytes = 1024n << BigInt(superblock.readUInt32LE(0x18));
  return (high | BigInt(superblock.readUInt32LE(0x4))) * blockBytes;
}

/** The layout of struct xfs_dsb: big-endian. */
function xfsBytes(superblock: Buffer): bigint | undefined {
  if (superblock.toString('latin1', 0, 4) !== 'XFSB') return undefined;
  return superblock.readBigUInt64BE(8) * BigInt(superblock.readUInt32BE(4));
}

/** The first bytes of a file; zeros where it is shorter. */
function firstBytes(path: string, count: number): Buffer {
  const descriptor = openSync(path, 'r');
  try {
    const bytes = Buffer.alloc(count);
    readSync(descriptor, bytes, 0, count, 0);
    return bytes;
  } finally {
    closeSync(descriptor);
  }
}
