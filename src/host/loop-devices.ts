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
import {
  clear,
  configure,
  configureStepwise,
  freeDevice,
  status,
  takeOverSize,
  type LoopSettings,
  type LoopStatus,
} from './loop-calls.js';
import { sameFile, type FileIdentity } from './mounter.js';
import { mknodBlock } from './syscalls.js';

/** A loop device, by the number that stat(2) gives as `rdev` of its node and `dev` of what it holds. */
export interface LoopDevice {
  readonly number: bigint;
  /** The path of its node. */
  readonly path: string;
}

/** A loop device that is held open; an autoclear device goes with the last one who holds or mounts it. */
export interface HeldLoopDevice extends LoopDevice, Disposable {}

export interface AttachRequest {
  /** Absolute path of the image. */
  readonly image: string;
  /** What the image must turn out to be. */
  readonly identity: FileIdentity;
  readonly readonly: boolean;
  /** Whether the device goes by itself, with the last one who holds or mounts it. */
  readonly autoclear: boolean;
}

/** What is behind a loop device. */
export type Backing = Pick<LoopStatus, 'identity' | 'readonly' | 'autoclear' | 'directIo'>;

/**
 * The loop devices of this machine: image files that look like disks. They are shared with every other
 * program; those that are attached here carry a tag, which tells whose they are after a crash.
 */
export interface LoopDevices {
  /**
   * Attaches an image to a free device; it reads and writes around the page cache of the image where
   * that works. Throws a LoopError.
   */
  attach(request: AttachRequest): HeldLoopDevice;
  /** Holds a device; undefined when there is none of that number. */
  hold(device: bigint): HeldLoopDevice | undefined;
  /** Gives the image up, with the last one who has the device open or mounted. Nothing attached is fine. */
  detach(device: bigint): void;
  /** Undefined for a device of any other kind, and for one that is free. */
  behind(device: bigint): Backing | undefined;
  /** The path of the image behind a device, as the kernel has it; ` (deleted)` follows when it is gone. */
  imagePath(device: bigint): string | undefined;
  /** How many bytes the device has. */
  bytes(device: bigint): bigint;
  /** Lets the device have the size that its image has by now. */
  takeOverSize(device: bigint): void;
  /** The devices with the tag. Slow: opens each one of the machine. */
  own(): LoopDevice[];
  /** The devices that write to an image, whoever attached them. Slow, as above. */
  writing(image: FileIdentity): LoopDevice[];
}

/** Why an image cannot be attached; nothing was changed. */
export class LoopError extends Error {
  override readonly name = 'LoopError';

  constructor(
    /** `source-changed`: the image is not what it should be; `unavailable`: nothing can be attached here. */
    readonly reason: 'source-changed' | 'unavailable',
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** The major number of loop devices. */
const LOOP_MAJOR = 7n;

/** Whether a device number, as stat(2) gives it, could be a loop device's. Costs no system call. */
export function isLoopDevice(device: bigint): boolean {
  return ((device >> 8n) & 0xfffn) === LOOP_MAJOR;
}

/** Others may take the device that was free, again and again, but hardly so often. */
const TRIES = 100;

/** `tag`: at most 63 bytes, the same at every start, and of no other driver or node of this machine. */
export function loopDevices(tag: string): LoopDevices {
  return {
    attach({ image, identity, readonly, autoclear }) {
      const file = openImage(image, readonly);
      try {
        const { dev, ino } = fstatSync(file, { bigint: true });
        if (!sameFile({ device: dev, inode: ino }, identity)) {
          throw new LoopError('source-changed', `${image} is another file than the one to attach`);
        }
        const control = openControl();
        try {
          const settings = { readonly, autoclear, directIo: true, name: tag };
          return attachSomewhere(control, file, settings);
        } finally {
          closeSync(control);
        }
      } finally {
        closeSync(file);
      }
    },

    hold: holdNumber,

    detach(device) {
      using held = holdNumber(device);
      if (held !== undefined) unlessFree(() => clear(held.descriptor));
    },

    behind(device) {
      if (!isLoopDevice(device)) return undefined;
      using held = holdNumber(device);
      return held && unlessFree(() => status(held.descriptor));
    },

    imagePath(device) {
      const name = nameOf(device);
      return name && attributeOf(name, 'loop/backing_file');
    },

    bytes(device) {
      const name = nameOf(device);
      // The kernel counts in sectors of 512 bytes, whatever the device's own are.
      return name === undefined ? 0n : BigInt(attributeOf(name, 'size') ?? 0) * 512n;
    },

    takeOverSize(device) {
      using held = holdNumber(device);
      if (held !== undefined) takeOverSize(held.descriptor);
    },

    own: () => inUse().filter(({ name }) => name === tag),

    writing: (image) =>
      inUse().filter(({ readonly, identity }) => !readonly && sameFile(identity, image)),
  };
}

/** Attaches `file` to the device; false when somebody else has just taken it. */
function attachTo(device: number, file: number, settings: LoopSettings): boolean {
  try {
    try {
      configure(device, file, settings);
    } catch (error) {
      if (errorCode(error) !== 'EINVAL' && errorCode(error) !== 'ENOTTY') throw error;
      configureStepwise(device, file, settings);
    }
    return true;
  } catch (error) {
    if (errorCode(error) === 'EBUSY') return false;
    throw error;
  }
}

function attachSomewhere(control: number, file: number, settings: LoopSettings): HeldLoopDevice {
  for (let left = TRIES; left > 0; left -= 1) {
    // Open for writing, or the device would be read-only.
    const device = hold(`loop${freeDevice(control)}`, constants.O_RDWR);
    let attached = false;
    try {
      attached = attachTo(device.descriptor, file, settings);
    } finally {
      if (!attached) device[Symbol.dispose]();
    }
    if (attached) return device;
  }
  throw new LoopError('unavailable', 'no loop device stayed free long enough to be taken');
}

function openImage(image: string, readonly: boolean): number {
  try {
    return openSync(image, readonly ? 'r' : 'r+');
  } catch (cause) {
    if (errorCode(cause) !== 'ENOENT') throw cause;
    throw new LoopError('source-changed', `${image} does not exist`, { cause });
  }
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
function inUse(): (LoopDevice & LoopStatus)[] {
  return loopNames()
    .filter((name) => attributeOf(name, 'loop/backing_file') !== undefined)
    .flatMap((name) => unlessFree(() => described(name)) ?? []);
}

function described(name: string): LoopDevice & LoopStatus {
  using device = hold(name);
  return { ...status(device.descriptor), number: device.number, path: device.path };
}

interface Held extends HeldLoopDevice {
  readonly descriptor: number;
}

/** Opens a device by its name in /dev. */
function hold(name: string, access: number = constants.O_RDONLY): Held {
  const path = `/dev/${name}`;
  const descriptor = openNode(path, name, access);
  const { rdev } = fstatSync(descriptor, { bigint: true });
  return { descriptor, path, number: rdev, [Symbol.dispose]: () => closeSync(descriptor) };
}

/** Undefined when there is no such device, when it is being given up at this moment, or not to be opened. */
function holdNumber(device: bigint): Held | undefined {
  const name = nameOf(device);
  return name === undefined ? undefined : unlessFree(() => hold(name));
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
  const [major = 0n, minor = 0n] = (attributeOf(name, 'dev') ?? '').split(':').map(BigInt);
  try {
    mknodBlock(path, (major << 8n) | ((minor & ~0xffn) << 12n) | (minor & 0xffn));
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

/** What sysfs tells of a device; undefined when it does not, as of what is behind a device that is free. */
function attributeOf(name: string, attribute: string): string | undefined {
  try {
    return readFileSync(`/sys/block/${name}/${attribute}`, 'utf8').replace(/\n$/, '');
  } catch {
    return undefined;
  }
}

function openControl(): number {
  try {
    return openSync('/dev/loop-control', 'r+');
  } catch (cause) {
    throw new LoopError(
      'unavailable',
      'loop devices cannot be used here: /dev/loop-control does not open ' +
        `(${errorCode(cause) ?? String(cause)}); they need the kernel's module "loop" and root ` +
        'outside of any user namespace',
      { cause },
    );
  }
}

/**
 * The result, or undefined when the device turns out to be free, or one that this process may not open:
 * then none is of its making.
 */
function unlessFree<Result>(act: () => Result): Result | undefined {
  try {
    return act();
  } catch (error) {
    if (['ENXIO', 'EACCES', 'EPERM'].includes(errorCode(error) ?? '')) return undefined;
    throw error;
  }
}
