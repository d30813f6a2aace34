import { readdirSync, readFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { loopDevices, type LoopDevice } from '../loop-devices.js';
import { listedMounts } from '../mount-table.js';
import { sameFile, type FileIdentity } from '../mounter.js';
import { deviceNumber } from '../file-status.js';

/** What stands between workloads and an image, on this machine. */
export interface ImageUsers {
  /** The loop devices that it is attached to. */
  readonly devices: readonly LoopDevice[];
  /** A place where the file system in it is mounted, if this process sees one. */
  readonly mountPoint: string | undefined;
}

/** Slow: looks at every loop device that is attached, and at every mount. */
export async function usersOf(image: FileIdentity): Promise<ImageUsers> {
  const loops = loopDevices('');
  const devices = readdirSync('/sys/block').flatMap((name): readonly LoopDevice[] => {
    const number = attachedNumber(name);
    if (number === undefined) return [];
    const found = loops.behind(number);
    return found !== undefined && sameFile(found.identity, image)
      ? [{ number, path: `/dev/${name}` }]
      : [];
  });
  return { devices, mountPoint: devices.length === 0 ? undefined : await mountPointOf(devices) };
}

/** Brings what was written to the devices, and is not yet in the image, there. */
export async function flushDevices({ devices }: ImageUsers): Promise<void> {
  for (const { path } of devices) {
    await using device = await open(path, 'r');
    await device.sync();
  }
}

async function mountPointOf(devices: readonly LoopDevice[]): Promise<string | undefined> {
  const numbers = new Set(devices.map(({ number }) => number));
  for (const { device, path } of await listedMounts()) {
    if (numbers.has(device)) return path;
  }
  return undefined;
}

/** The number of a loop device, as stat(2) has it; undefined for other devices and free ones. */
function attachedNumber(name: string): bigint | undefined {
  if (!/^loop\d+$/.test(name)) return undefined;
  try {
    readFileSync(`/sys/block/${name}/loop/backing_file`);
    const numbers = readFileSync(`/sys/block/${name}/dev`, 'utf8').trim().split(':');
    const [major = 0, minor = 0] = numbers.map(Number);
    return deviceNumber(major, minor);
  } catch {
    return undefined;
  }
}
