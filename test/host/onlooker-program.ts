import { closeSync, constants, openSync, readFileSync, readdirSync, readSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';

/*
 * Does what udev does on most machines: opens each loop device that is new, or has another size, for a
 * moment, and reads where file systems have their marks. Arguments: the directory that the images are
 * below; for how many ms a device is held. Says a line when it begins, and the name of each device that
 * it has read. Ends with its input.
 */
const [directory = '', heldMs = '150'] = process.argv.slice(2);
const POLL_MS = 3;
const PART_BYTES = 4096;

/** What each device was when it was last looked into. */
const seen = new Map<string, string>();

async function lookInto(name: string, bytes: number): Promise<void> {
  let device: number;
  try {
    device = openSync(`/dev/${name}`, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch {
    return;
  }
  try {
    const part = Buffer.alloc(PART_BYTES);
    for (const at of [0, bytes - PART_BYTES]) readSync(device, part, 0, PART_BYTES, at);
    process.stdout.write(`${name}\n`);
  } catch {
    // It is being given up.
  }
  await delay(Number(heldMs));
  closeSync(device);
}

function attribute(name: string, path: string): string {
  try {
    return readFileSync(`/sys/block/${name}/${path}`, 'utf8').trim();
  } catch {
    return '';
  }
}

function lookAround(): void {
  for (const name of readdirSync('/sys/block').filter((each) => each.startsWith('loop'))) {
    const image = attribute(name, 'loop/backing_file');
    const [size, attachment] = [attribute(name, 'size'), attribute(name, 'diskseq')];
    const now = image.startsWith(`${directory}/`) ? `${image} ${size} ${attachment}` : '';
    if (now === (seen.get(name) ?? '')) continue;
    seen.set(name, now);
    if (now !== '') void lookInto(name, 512 * Number(size));
  }
}

process.stdin.resume().on('end', () => process.exit(0));
process.stdout.write('looking\n');
setInterval(lookAround, POLL_MS);
