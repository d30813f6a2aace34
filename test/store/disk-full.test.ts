import { execFileSync } from 'node:child_process';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { expect } from 'chai';
import type { Volume } from '../../src/model/volume.js';
import { StoreFullError, type Store } from '../../src/store/store.js';
import { rejectionOf } from './rejection.js';
import { nodeVolume, numbered, volume } from './samples.js';
import { makeStateDirectory } from './state-directory.js';

const SIZE = 1024 * 1024;

describe('LevelDB: a disk that is full for a while', () => {
  it('loses nothing that was acknowledged, before, meanwhile and after (needs root)', async function () {
    if (process.geteuid?.() !== 0) this.skip();
    const directory = await makeStateDirectory();
    const disk = dirname(directory.path);
    await mkdir(disk);
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${SIZE}`, 'none', disk]);
    try {
      const filler = join(disk, 'filler');
      await writeFile(filler, Buffer.alloc(SIZE / 2));
      const kept = await directory.with(async (store) => {
        const before = await putUntilRefused(store, 0);
        expect(before).to.have.lengthOf.above(10);
        for (let index = 500; index < 505; index += 1) {
          await rejectionOf(store.putVolume(bulky(index)), StoreFullError);
          const record = nodeVolume('node-1', numbered(index));
          await rejectionOf(store.putNodeVolume(record), StoreFullError);
        }
        expect(store.volumes('', 1000)).to.deep.equal(before);
        await rm(filler);
        const after = Array.from({ length: 20 }, (_, index) => bulky(1000 + index));
        for (const next of after) await store.putVolume(next);
        return [...before, ...after];
      });
      await directory.with(async (store) => {
        expect(store.volumes('', 1000)).to.deep.equal(kept);
        expect(store.nodeVolumes('node-1')).to.deep.equal([]);
      });
    } finally {
      execFileSync('umount', [disk]);
      await directory.remove();
    }
  });
});

/** Puts volumes until the disk is full; returns those that were acknowledged. */
async function putUntilRefused(store: Store, first: number): Promise<Volume[]> {
  const kept: Volume[] = [];
  for (;;) {
    const next = bulky(first + kept.length);
    try {
      await store.putVolume(next);
    } catch {
      return kept;
    }
    kept.push(next);
  }
}

function bulky(number: number): Volume {
  return volume(numbered(number), { parameters: { note: 'x'.repeat(3000) } });
}
