import { writeFileSync, truncateSync } from 'node:fs';
import { loopDevices, type HeldLoopDevice, type LoopDevices } from '../../src/host/loop-devices.js';
import { identityOf, scratch, type Scratch } from './scratch.js';

/** A scratch file system with an image, and loop devices that go with it. */
export interface LoopSite extends Omit<Scratch, 'remove'> {
  readonly loops: LoopDevices;
  /** An image, of `IMAGE_BYTES` if nothing else was asked for, that begins with `IMAGE_TEXT`. */
  readonly image: string;
  /** Attaches the image, read-write and not autoclear but for the changes. */
  attach(changes?: { readonly readonly?: boolean; readonly autoclear?: boolean }): HeldLoopDevice;
  remove(): Promise<void>;
}

export const IMAGE_BYTES = 1024 * 1024;
export const IMAGE_TEXT = 'an image';

let sites = 0;

export function loopSite(
  propagation: 'private' | 'shared' = 'private',
  bytes: number = IMAGE_BYTES,
): LoopSite {
  const place = scratch(propagation);
  const image = place.path('image');
  writeFileSync(image, IMAGE_TEXT);
  truncateSync(image, bytes);
  const loops = loopDevices(`csi-mock-test-${process.pid}-${(sites += 1)}`);
  const held = new Set<HeldLoopDevice>();
  return {
    ...place,
    loops,
    image,
    attach({ readonly = false, autoclear = false } = {}) {
      const device = loops.attach({ image, identity: identityOf(image), readonly, autoclear });
      held.add(device);
      return {
        ...device,
        [Symbol.dispose]() {
          if (held.delete(device)) device[Symbol.dispose]();
        },
      };
    },
    async remove() {
      for (const device of held) device[Symbol.dispose]();
      for (const { number } of loops.own()) await loops.detach(number);
      place.remove();
    },
  };
}
