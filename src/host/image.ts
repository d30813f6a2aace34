import { truncate } from 'node:fs/promises';
import type { Sync } from '../record/sync.js';
import { flushPaths } from './durable-file.js';

/** Makes an image larger, with zeros that take no room; resolves once that survives power loss. */
export async function growImage(path: string, bytes: bigint, sync: Sync): Promise<void> {
  await truncate(path, Number(bytes));
  await flushPaths([path], sync);
}
