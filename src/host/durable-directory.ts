import { closeSync, fsyncSync, mkdirSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import { errorCode } from './errno.js';

/**
 * Makes a directory at an absolute path, and those above it, where they are absent. Those that it made
 * survive power loss when it returns: else all that is made in them could be lost, however it is flushed.
 */
export function makeDirectories(path: string, mode: number): void {
  const first = mkdirSync(path, { recursive: true, mode });
  if (first === undefined) return;
  const top = dirname(first);
  for (let parent = dirname(path); parent.length >= top.length; parent = dirname(parent)) {
    flushDirectory(parent);
    if (parent === top) return;
  }
}

function flushDirectory(path: string): void {
  let descriptor: number;
  try {
    descriptor = openSync(path, 'r');
  } catch (error) {
    // To make a name in a directory is not the right to read it.
    if (errorCode(error) === 'EACCES') return;
    throw error;
  }
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
