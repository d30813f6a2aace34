import { statSync } from 'node:fs';
import { open } from 'node:fs/promises';
import type { Sync } from '../record/sync.js';
import { flushPaths } from './durable-file.js';

/** The size in bytes that an image has, whatever is promised of it. */
export function imageBytes(path: string): bigint {
  return statSync(path, { bigint: true }).size;
}

/**
 * Makes an image larger, with zeros that take no room, and never smaller; resolves once that survives
 * power loss.
 */
export async function growImage(path: string, bytes: bigint, sync: Sync): Promise<void> {
  const file = await open(path, 'r+');
  try {
    const { size } = await file.stat({ bigint: true });
    if (size < bytes) await file.truncate(Number(bytes));
  } finally {
    await file.close();
  }
  await flushPaths([path], sync);
}
