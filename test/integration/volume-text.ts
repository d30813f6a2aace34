import { closeSync, fsyncSync, openSync, readSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import type { Format } from '../../src/model/format.js';
import { eventually } from './eventually.js';

/** How a write to a volume that is read-only is refused. */
export const READ_ONLY_CODE: Readonly<Record<Format, string>> = {
  directory: 'EROFS',
  ext4: 'EROFS',
  xfs: 'EROFS',
  raw: 'EPERM',
};

/** Writes a text where the volume is seen: to a file in it, or to the begin of the device. */
export function writeText(format: Format, path: string, text: string): void {
  const descriptor = format === 'raw' ? openSync(path, 'r+') : openSync(join(path, 'file'), 'w');
  try {
    writeSync(descriptor, text);
    // Another device of the same image sees only what has been written to the image.
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

/** Reads what was written, from anywhere the volume is seen. */
export function readText(format: Format, path: string, length: number): string {
  const descriptor = openSync(format === 'raw' ? path : join(path, 'file'), 'r');
  try {
    const buffer = Buffer.alloc(length);
    readSync(descriptor, buffer, 0, length, 0);
    return buffer.toString();
  } finally {
    closeSync(descriptor);
  }
}

/**
 * Waits until a text can be read. Whoever looks into a read-only device, as udev does, keeps what it has
 * read there for a moment.
 */
export function showsText(format: Format, path: string, text: string): Promise<void> {
  return eventually(() => expect(readText(format, path, text.length)).to.equal(text));
}
