import type { FileIdentity } from './file-identity.js';
import { ioctl, slowIoctl } from './syscalls.js';

/*
 * The calls of the loop driver, with the kernel's layouts (linux/loop.h): synchronous but for one, a
 * fraction of a millisecond each. They throw a SyscallError. All integers are in the order of the
 * machine, which is little-endian wherever this runs.
 */

const LOOP_SET_FD = 0x4c00;
const LOOP_CLR_FD = 0x4c01;
const LOOP_SET_STATUS64 = 0x4c04;
const LOOP_GET_STATUS64 = 0x4c05;
const LOOP_SET_CAPACITY = 0x4c07;
const LOOP_SET_DIRECT_IO = 0x4c08;
const LOOP_CONFIGURE = 0x4c0a;
const LOOP_CTL_GET_FREE = 0x4c82;
/** Of all block devices (linux/fs.h). */
const BLKFLSBUF = 0x1261;

const LO_FLAGS_READ_ONLY = 1;
const LO_FLAGS_AUTOCLEAR = 4;
const LO_FLAGS_DIRECT_IO = 16;

/** struct loop_info64, and struct loop_config, which holds one after the descriptor and a block size. */
const INFO_BYTES = 232;
const CONFIG_BYTES = 304;
const CONFIG_INFO_AT = 8;
const INODE_AT = 8;
const FLAGS_AT = 52;
const NAME_AT = 56;
const NAME_BYTES = 64;

/** How a loop device is set up. */
export interface LoopSettings {
  readonly readonly: boolean;
  /** Whether the device gives the file up when the last one who has it open or mounted goes. */
  readonly autoclear: boolean;
  /** Whether it is to read and write around the page cache of the file, where that works. */
  readonly directIo: boolean;
  /** A text of at most 63 bytes that is kept with the device. */
  readonly name: string;
}

/** What a loop device that is in use says of itself. */
export interface LoopStatus {
  /** The file behind it. */
  readonly identity: FileIdentity;
  readonly readonly: boolean;
  readonly autoclear: boolean;
  readonly directIo: boolean;
  readonly name: string;
}

/** The index of a device that is free at this moment. `control`: /dev/loop-control. */
export function freeDevice(control: number): number {
  return ioctl(control, 'LOOP_CTL_GET_FREE', LOOP_CTL_GET_FREE);
}

/** Sets a device up, all at once. EINVAL on kernels before 5.8. */
export function configure(device: number, file: number, settings: LoopSettings): void {
  const config = Buffer.alloc(CONFIG_BYTES);
  config.writeUInt32LE(file, 0);
  info(settings).copy(config, CONFIG_INFO_AT);
  ioctl(device, 'LOOP_CONFIGURE', LOOP_CONFIGURE, config);
}

/** The same in several steps, for kernels that have no other: never half done when it returns or throws. */
export function configureStepwise(device: number, file: number, settings: LoopSettings): void {
  ioctl(device, 'LOOP_SET_FD', LOOP_SET_FD, file);
  try {
    ioctl(device, 'LOOP_SET_STATUS64', LOOP_SET_STATUS64, info(settings));
    if (settings.directIo) setDirectIo(device);
  } catch (error) {
    clear(device);
    throw error;
  }
}

/** Gives the file up; with other users of the device, as soon as the last one goes. */
export function clear(device: number): void {
  ioctl(device, 'LOOP_CLR_FD', LOOP_CLR_FD);
}

/** Lets the device see that its file has another size. */
export function takeOverSize(device: number): void {
  ioctl(device, 'LOOP_SET_CAPACITY', LOOP_SET_CAPACITY);
}

/** Writes what is unwritten to the file, and keeps nothing of what was read before; in a thread. */
export function dropCache(device: number): Promise<void> {
  return slowIoctl(device, 'BLKFLSBUF', BLKFLSBUF, 0);
}

/** Throws ENXIO when the device is free. */
export function status(device: number): LoopStatus {
  const buffer = Buffer.alloc(INFO_BYTES);
  ioctl(device, 'LOOP_GET_STATUS64', LOOP_GET_STATUS64, buffer);
  const flags = buffer.readUInt32LE(FLAGS_AT);
  const name = buffer.subarray(NAME_AT, NAME_AT + NAME_BYTES);
  return {
    identity: { device: buffer.readBigUInt64LE(0), inode: buffer.readBigUInt64LE(INODE_AT) },
    readonly: (flags & LO_FLAGS_READ_ONLY) !== 0,
    autoclear: (flags & LO_FLAGS_AUTOCLEAR) !== 0,
    directIo: (flags & LO_FLAGS_DIRECT_IO) !== 0,
    name: name.subarray(0, name.indexOf(0)).toString(),
  };
}

function setDirectIo(device: number): void {
  try {
    ioctl(device, 'LOOP_SET_DIRECT_IO', LOOP_SET_DIRECT_IO, 1);
  } catch {
    // The file system of the file has no direct I/O: LOOP_CONFIGURE goes without it as well.
  }
}

function info({ readonly, autoclear, directIo, name }: LoopSettings): Buffer {
  const buffer = Buffer.alloc(INFO_BYTES);
  const flags =
    (readonly ? LO_FLAGS_READ_ONLY : 0) |
    (autoclear ? LO_FLAGS_AUTOCLEAR : 0) |
    (directIo ? LO_FLAGS_DIRECT_IO : 0);
  buffer.writeUInt32LE(flags, FLAGS_AT);
  // One byte less: the text ends with a NUL.
  buffer.write(name, NAME_AT, NAME_BYTES - 1);
  return buffer;
}
