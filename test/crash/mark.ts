import {
  closeSync,
  fsyncSync,
  openSync,
  readFileSync,
  readSync,
  readdirSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import type { Format } from '../../src/model/format.js';

/** Writes a text into the volume that is seen at a path, so that it survives power loss. */
export function writeMark(format: Format, path: string, text: string): void {
  const descriptor = format === 'raw' ? openSync(path, 'r+') : openSync(join(path, 'mark'), 'w');
  try {
    writeSync(descriptor, text);
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

/** The text that was written; undefined when there is nothing in the volume. */
export function readMark(format: Format, path: string): string | undefined {
  if (format === 'raw') return textAtBegin(path);
  const names = readdirSync(path).filter((name) => name !== 'lost+found');
  return names.length === 0 ? undefined : readFileSync(join(path, ...names), 'utf8');
}

function textAtBegin(device: string): string | undefined {
  const descriptor = openSync(device, 'r');
  try {
    const buffer = Buffer.alloc(512);
    readSync(descriptor, buffer);
    const text = buffer.toString('utf8').replace(/\0+$/, '');
    return text === '' ? undefined : text;
  } finally {
    closeSync(descriptor);
  }
}
