import { execFileSync } from 'node:child_process';
import { closeSync, constants, openSync } from 'node:fs';
import { open } from 'node:fs/promises';
import process from 'node:process';
import type { Scratch } from '../host/scratch.js';

/**
 * Holds every thread that Node.js does files' work on, until it is released: until then a store, for
 * one, cannot be opened. Each thread waits for the other end of a pipe.
 */
export function heldThreadPool(place: Scratch): { release(): Promise<void> } {
  const size = Number(process.env['UV_THREADPOOL_SIZE'] ?? 4);
  const pipes = Array.from({ length: size }, (_, index) => place.path(`thread-${index}.pipe`));
  execFileSync('mkfifo', pipes);
  const waiting = pipes.map((pipe) => open(pipe, 'r'));
  return {
    async release() {
      const ends = pipes.map((pipe) => openSync(pipe, constants.O_RDWR | constants.O_NONBLOCK));
      for (const handle of await Promise.all(waiting)) await handle.close();
      for (const end of ends) closeSync(end);
      execFileSync('rm', pipes);
    },
  };
}
