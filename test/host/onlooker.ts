import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { eventually } from '../integration/eventually.js';

const PROGRAM = fileURLToPath(new URL('./onlooker-program.js', import.meta.url));

/** A process that opens each new or changed loop device for a moment, as udev does on most machines. */
export interface Onlooker {
  /** Waits until it has read so many devices since it began. */
  hasRead(count: number): Promise<void>;
  end(): Promise<void>;
}

/** `directory`: what the images of the devices are below. `heldMs`: for how long it has a device open. */
export async function onlooker(directory: string, heldMs: number): Promise<Onlooker> {
  const child = spawn(process.execPath, [PROGRAM, directory, String(heldMs)], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const ended = once(child, 'close');
  const lines = createInterface(child.stdout);
  await once(lines, 'line');
  const read: string[] = [];
  lines.on('line', (name) => read.push(name));
  return {
    hasRead: (count) => eventually(() => expect(read).to.have.lengthOf.at.least(count)),
    async end() {
      child.stdin.end();
      await ended;
    },
  };
}
