import {
  closeSync,
  constants,
  fstatSync,
  openSync,
  readFileSync,
  readdirSync,
  readlinkSync,
} from 'node:fs';
import { basename } from 'node:path';
import { errorCode } from './errno.js';
import { deviceNumber } from './file-status.js';
import { status, type LoopStatus } from './loop-calls.js';
import { mknodBlock } from './syscalls.js';

/** The major number of loop devices. */
const LOOP_MAJOR = 7n;

/** Whether a device number, as stat(2) gives it, could be a loop device's. Costs no system call. */
export function isLoopDevice(device: bigint): boolean {
  return ((device >> 8n) & 0xfffn) === LOOP_MAJOR;
}

/** The devices of the machine that have an image, by the path of their node, and the images' paths. */
export function attachedImages(): { readonly device: string; readonly image: string }[] {
  return loopNames().flatMap((name) => {
    const image = attributeOf(name, 'loop/backing_file');
    return image === undefined ? [] : [{ device: `/dev/${name}`, image }];
  });
}

function loopNames(): string[] {
  return readdirSync('/sys/block').filter((name) => /^loop\d+$/.test(name));
}

/** All devices of the machine that have an image. */
export function loopsInUse(): DescribedLoop[] {
  return loopNames()
    .filter((name) => attributeOf(name, 'loop/backing_file') !== undefined)
    .flatMap((name) => unlessFree(() => described(name)) ?? []);
}

function described(name: string): DescribedLoop {
  using device = holdLoop(name);
  return { ...status(device.descriptor), number: device.number, path: device.path };
}

/** Opens the first device of the machine that has an image and is what `isWanted` wants. */
export function holdWhere(isWanted: (status: LoopStatus) => boolean): HeldLoop | undefined {
  for (const name of loopNames()) {
    if (attributeOf(name, 'loop/backing_file') === undefined) continue;
    const device = unlessFree(() => holdLoop(name));
    if (device === undefined) continue;
    let isIt = false;
    try {
      // Asked of the device that is open: one that is not may have gone before it is opened.
      const found = unlessFree(() => status(device.descriptor));
      isIt = found !== undefined && isWanted(found);
    } finally {
      if (!isIt) device[Symbol.dispose]();
    }
    if (isIt) return device;
  }
  return undefined;
}

/** Whether somebody has the device for himself, as who has mounted it, in whatever mount namespace. */
export function isClaimed({ path }: HeldLoop): boolean {
  try {
    closeSync(openSync(path, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_EXCL));
    return false;
  } catch (error) {
    if (errorCode(error) === 'EBUSY') return true;
    throw error;
  }
}

/** A loop device that is open. */
export interface HeldLoop extends Disposable {
  readonly descriptor: number;
  /** The path of its node. */
  readonly path: string;
  readonly number: bigint;
}

type DescribedLoop = LoopStatus & Pick<HeldLoop, 'path' | 'number'>;

/** Opens a device by its name in /dev. */
export function holdLoop(name: string, access: number = constants.O_RDONLY): HeldLoop {
  const path = `/dev/${name}`;
  const descriptor = openNode(path, name, access);
  const { rdev } = fstatSync(descriptor, { bigint: true });
  return { descriptor, path, number: rdev, [Symbol.dispose]: () => closeSync(descriptor) };
}

/** Undefined when there is no such device, when it is being given up at this moment, or not to be opened. */
export function holdNumber(device: bigint): HeldLoop | undefined {
  const name = nameOf(device);
  const held = name === undefined ? undefined : unlessFree(() => holdLoop(name));
  if (held === undefined || held.number === device) return held;
  // Something else has the name in /dev.
  held[Symbol.dispose]();
  return undefined;
}

/** A container's /dev may have no node for a device that came later than the container. */
function openNode(path: string, name: string, access: number): number {
  // Non-blocking, because a device that is being set up or given up would make open(2) wait.
  const flags = access | constants.O_NONBLOCK;
  try {
    return openSync(path, flags);
  } catch (error) {
    if (errorCode(error) !== 'ENOENT') throw error;
  }
  const [major = 0, minor = 0] = (attributeOf(name, 'dev') ?? '').split(':').map(Number);
  try {
    mknodBlock(path, deviceNumber(major, minor));
  } catch (error) {
    if (errorCode(error) !== 'EEXIST') throw error;
  }
  return openSync(path, flags);
}

/** The name of a device that exists. */
function nameOf(device: bigint): string | undefined {
  const minor = ((device >> 12n) & ~0xffn) | (device & 0xffn);
  try {
    return basename(readlinkSync(`/sys/dev/block/${LOOP_MAJOR}:${minor}`));
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}

/** What sysfs tells of a device; undefined when it does not, as of what is behind one that is free. */
export function loopAttribute(device: bigint, attribute: string): string | undefined {
  const name = nameOf(device);
  return name === undefined ? undefined : attributeOf(name, attribute);
}

function attributeOf(name: string, attribute: string): string | undefined {
  try {
    return readFileSync(`/sys/block/${name}/${attribute}`, 'utf8').replace(/\n$/, '');
  } catch {
    return undefined;
  }
}

/**
 * The result, or undefined when the device turns out to be free, or one that this process may not open:
 * then none is of its making.
 */
export function unlessFree<Result>(act: () => Result): Result | undefined {
  try {
    return act();
  } catch (error) {
    if (['ENXIO', 'EACCES', 'EPERM'].includes(errorCode(error) ?? '')) return undefined;
    throw error;
  }
}
