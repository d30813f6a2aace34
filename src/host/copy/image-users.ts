import { open } from 'node:fs/promises';
import { errorCode } from '../errno.js';
import { sameFile, type FileIdentity } from '../file-identity.js';
import type { LoopDevice } from '../loop-devices.js';
import { loopAttribute, loopsInUse } from '../loop-node.js';
import { listedMounts } from '../mount-table.js';
import type { MountPlace } from './freeze.js';

/** A loop device that an image is attached to. */
export interface UsingDevice extends LoopDevice {
  /** What whoever attached it called it: of the same node, the same. */
  readonly name: string;
  /** Tells this attachment from others of the device. Kernels before 5.15 do not: undefined. */
  readonly attachment: string | undefined;
}

/** What stands between workloads and an image, on this machine. */
export interface ImageUsers {
  readonly devices: readonly UsingDevice[];
  /** Where the file system in it is mounted, as far as this process sees it. */
  readonly places: readonly MountPlace[];
}

/** As it is now. Slow: looks at every loop device that is attached, and at every mount. */
export async function usersOf(image: FileIdentity): Promise<ImageUsers> {
  const devices = devicesOf(image);
  return { devices, places: devices.length === 0 ? [] : await placesOf(devices) };
}

/** Brings what was written to the devices, and is not yet in the image, there. */
export async function flushDevices(image: FileIdentity, { devices }: ImageUsers): Promise<void> {
  for (const device of devices) {
    try {
      await using opened = await open(device.path, 'r');
      await opened.sync();
    } catch (error) {
      if (!GONE.has(errorCode(error)) || isAttached(image, device)) throw error;
    }
  }
}

/** What a device says that was detached meanwhile: before that, all was flushed. */
const GONE: ReadonlySet<string | undefined> = new Set(['ENXIO', 'EIO', 'ENOENT']);

/** Whether it is still the same attachment: a device that fails must not be taken for a new one. */
function isAttached(image: FileIdentity, { number, attachment }: UsingDevice): boolean {
  return devicesOf(image).some((now) => now.number === number && now.attachment === attachment);
}

function devicesOf(image: FileIdentity): UsingDevice[] {
  return loopsInUse()
    .filter(({ identity }) => sameFile(identity, image))
    .map(({ number, path, name }) => {
      return { number, path, name, attachment: loopAttribute(number, 'diskseq') };
    });
}

async function placesOf(devices: readonly LoopDevice[]): Promise<MountPlace[]> {
  const numbers = new Set(devices.map(({ number }) => number));
  return (await listedMounts()).filter(({ device }) => numbers.has(device));
}
