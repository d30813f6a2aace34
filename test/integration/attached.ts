import { expect } from 'chai';
import { attachedBelow } from '../host/scratch.js';
import { eventually } from './eventually.js';

/**
 * Waits until there are so many loop devices with images below a directory. Whoever looks into a device,
 * as udev does, keeps it for a moment after it was given up.
 */
export function attachedAre(directory: string, count: number): Promise<void> {
  return eventually(() => expect(attachedBelow(directory)).to.have.lengthOf(count));
}
