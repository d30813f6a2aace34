import { open } from 'node:fs/promises';
import type { LoopDevice } from '../loop-devices.js';
import { loopsInUse } from '../loop-node.js';
import { listedMounts } from '../mount-table.js';
import type { MountPlace } from './freeze.js';
import { sameFile, type FileIdentity } from '../file-identity.js';

/** What stands between workloads and an image, on this machine. */
export interface ImageUsers {
  /** The loop devices that it is attached to. */
  readonly devices: readonly LoopDevice[];
  /** Where the file system in it is mounted, as far as this process sees it. */
  readonly places: readonly MountPlace[];
}

/** Slow: looks at every loop device that is attached, and at every mount. */
export async function usersOf(image: FileIdentity): Promise<ImageUsers> {
  const devices = loopsInUse().filter(({ identity }) => sameFile(identity, image));
  return { devices, places: devices.length === 0 ? [] : await placesOf(devices) };
}

/** Brings what was written to the devices, and is not yet in the image, there. */
export async function flushDevices({ devices }: ImageUsers): Promise<void> {
  for (const { path } of devices) {
    await using device = await open(path, 'r');
    await device.sync();
  }
}

async function placesOf(devices: readonly LoopDevice[]): Promise<MountPlace[]> {
  const numbers = new Set(devices.map(({ number }) => number));
  return (await listedMounts()).filter(({ device }) => numbers.has(device));
}
