import { execFileSync } from 'node:child_process';
import { rmSync, statSync, writeFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { expect } from 'chai';
import { StoreFullError } from '../../src/store/store.js';
import { reserve } from '../../src/store/reserve.js';
import { withDirectory } from '../host/directory.js';
import { rejectionOf } from './rejection.js';
import { volume } from './samples.js';
import { makeStateDirectory } from './state-directory.js';

describe('reserve', () => {
  const directory = withDirectory();
  const path = (): string => join(directory.path, 'store.reserve');

  it('takes room once, and gives it back once', () => {
    const spare = reserve(path());
    expect(spare.release()).to.equal(false);
    spare.keep();
    spare.keep();
    expect(statSync(path())).to.have.property('size', 256 * 1024);
    expect(reserve(path()).release(), 'that of an earlier process').to.equal(true);
    expect(statSync(path(), { throwIfNoEntry: false })).to.equal(undefined);
  });
});

const large = { parameters: { note: 'x'.repeat(5000) } };

/** Has a state directory on a small disk that `fill` fills to the last byte, and `free` empties again. */
async function onFullDisk(
  test: Mocha.Context,
  act: (
    directory: Awaited<ReturnType<typeof makeStateDirectory>>,
    fill: () => void,
    free: () => void,
  ) => Promise<void>,
): Promise<void> {
  if (process.geteuid?.() !== 0) test.skip();
  const directory = await makeStateDirectory();
  const disk = dirname(directory.path);
  await mkdir(disk);
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=2m', 'none', disk]);
  const ballast = join(disk, 'ballast');
  const fill = (): void => {
    for (let size = 2 ** 20; size >= 1; size = Math.floor(size / 2)) {
      try {
        writeFileSync(ballast, Buffer.alloc(size), { flag: 'a' });
      } catch {
        // A smaller piece may fit.
      }
    }
  };
  try {
    await act(directory, fill, () => rmSync(ballast));
  } finally {
    execFileSync('umount', [disk]);
    await directory.remove();
  }
}

describe('LevelDB on a disk that workloads have filled', () => {
  it('removes volumes (needs root)', async function () {
    await onFullDisk(this, async (directory, fill) => {
      await directory.with(async (store) => {
        for (const id of ['a', 'b']) await store.putVolume(volume(id, large));
        fill();
        await rejectionOf(store.putVolume(volume('c', large)), StoreFullError);
        await store.removeVolume('a');
        expect(store.volumes('', 10).map(({ id }) => id)).to.deep.equal(['b']);
      });
    });
  });

  it('opens again, and makes volumes once there is room (needs root)', async function () {
    await onFullDisk(this, async (directory, fill, free) => {
      await directory.with(async (store) => {
        for (const id of ['a', 'b']) await store.putVolume(volume(id, large));
        fill();
      });
      await directory.with(async (store) => {
        expect(store.volumes('', 10).map(({ id }) => id)).to.deep.equal(['a', 'b']);
        free();
        await store.putVolume(volume('c', large));
      });
    });
  });
});
