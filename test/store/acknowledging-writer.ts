import { openLevel } from '../../src/store/level.js';
import { openStore } from '../../src/store/open-store.js';
import { attachment, nodeVolume, numbered, volume } from './samples.js';

/**
 * A program that writes to the store in a directory until it is killed, eight writes at a time. It
 * prints `+<id>` once a volume was acknowledged as made, attached and published, and `-<id>` once every
 * third was acknowledged as removed. Arguments: the directory, the number of the first volume.
 */
const [directory = '', first] = process.argv.slice(2);
const store = await openStore(await openLevel(directory, { sync: 'always' }));
let next = Number(first);

async function write(): Promise<never> {
  for (;;) {
    const number = next;
    next += 1;
    const id = numbered(number);
    await store.putVolume(volume(id));
    await store.putAttachment(attachment(id, 'node-1'));
    await store.putNodeVolume(nodeVolume('node-1', id));
    process.stdout.write(`+${id}\n`);
    if (number % 3 === 0) {
      await store.removeAttachment(id, 'node-1');
      await store.removeVolume(id);
      process.stdout.write(`-${id}\n`);
    }
  }
}

await Promise.all(Array.from({ length: 8 }, write));
