import { closeSync, constants, fstatSync, openSync } from 'node:fs';
import { flush } from './durable-file.js';
import { errorCode } from './errno.js';
import {
  clear,
  configure,
  configureStepwise,
  dropCache,
  freeDevice,
  status,
  takeOverSize,
  type LoopSettings,
  type LoopStatus,
} from './loop-calls.js';
import {
  holdLoop,
  holdNumber,
  holdWhere,
  isClaimed,
  isLoopDevice,
  loopAttribute,
  loopsInUse,
  unlessFree,
} from './loop-node.js';
import { sameFile, type FileIdentity } from './file-identity.js';

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
  /**
   * Gives the image up, with the last one who has the device open or mounted; what was written until now
   * is in the image when it resolves. Nothing attached is fine.
   */
  detach(device: bigint): Promise<void>;
  /** Undefined for a device of any other kind, and for one that is free. */
  behind(device: bigint): Backing | undefined;
  /** The path of the image behind a device, as the kernel has it; ` (deleted)` follows when it is gone. */
  imagePath(device: bigint): string | undefined;
  /** How many bytes the device has. */
  bytes(device: bigint): bigint;
  /** Lets the device have the size that its image has by now. */
  takeOverSize(device: bigint): void;
  /** Lets the device read anew what it has read before: the image may have been written to elsewhere. */
  readAnew(device: bigint): Promise<void>;
  /** Whether a file system on the device is mounted, also where this process does not see it. */
  isMounted(device: bigint): boolean;
  /** The devices with the tag. Slow: opens each one of the machine. */
  own(): LoopDevice[];
  /** Holds a device that writes to an image, whoever attached it. Slow, as above. */
  holdWriting(image: FileIdentity): HeldLoopDevice | undefined;
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

    async detach(device) {
      using held = holdNumber(device);
      if (held === undefined) return;
      // The last close would do it, but that may be another's and late. What cannot be written is lost
      // with the device, as with any close.
      await flush(held.descriptor).catch(() => undefined);
      unlessFree(() => clear(held.descriptor));
    },

    behind(device) {
      if (!isLoopDevice(device)) return undefined;
      using held = holdNumber(device);
      return held && unlessFree(() => status(held.descriptor));
    },

    imagePath: (device) => loopAttribute(device, 'loop/backing_file'),

    bytes(device) {
      // The kernel counts in sectors of 512 bytes, whatever the device's own are.
      return BigInt(loopAttribute(device, 'size') ?? 0) * 512n;
    },

    takeOverSize(device) {
      using held = holdNumber(device);
      if (held !== undefined) takeOverSize(held.descriptor);
    },

    async readAnew(device) {
      using held = holdNumber(device);
      if (held !== undefined) await dropCache(held.descriptor);
    },

    isMounted(device) {
      using held = holdNumber(device);
      return held !== undefined && isClaimed(held);
    },

    own: () => loopsInUse().filter(({ name }) => name === tag),

    holdWriting: (image) =>
      holdWhere(({ readonly, identity }) => !readonly && sameFile(identity, image)),
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
    const name = `loop${freeDevice(control)}`;
    // Open for writing, or the device would be read-only.
    const device = usable(`/dev/${name}`, () => holdLoop(name, constants.O_RDWR));
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

function openControl(): number {
  return usable('/dev/loop-control', () => openSync('/dev/loop-control', 'r+'));
}

/** What `open` opens; a LoopError where it does not. */
function usable<Opened>(path: string, open: () => Opened): Opened {
  try {
    return open();
  } catch (cause) {
    throw new LoopError(
      'unavailable',
      `loop devices cannot be used here: ${path} does not open ` +
        `(${errorCode(cause) ?? String(cause)}); they need the kernel's module "loop" and root ` +
        'outside of any user namespace',
      { cause },
    );
  }
}
