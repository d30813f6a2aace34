import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { flushPaths, replaceFile, writeNew } from '../../src/host/durable-file.js';
import type { Sync } from '../../src/record/sync.js';
import { rejectionOf } from '../store/rejection.js';
import { contentOf, withDirectory } from './directory.js';
import { isRoot, scratch } from './scratch.js';

for (const sync of ['always', 'never'] satisfies Sync[]) {
  describe(`durable files, sync ${sync}`, () => {
    const directory = withDirectory();
    const at = (name: string): string => join(directory.path, name);

    /** Expects a rejection with a system error, and the directory to be as before. */
    async function fails(code: string, act: () => Promise<void>): Promise<void> {
      const before = contentOf(directory.path);
      expect(await rejectionOf(act(), Error)).to.have.property('code', code);
      expect(contentOf(directory.path)).to.deep.equal(before);
    }

    it('writeNew writes a file that only its owner reads', async () => {
      await writeNew(at('new'), 'täxt\n', sync);
      expect(readFileSync(at('new'), 'utf8')).to.equal('täxt\n');
      expect(statSync(at('new')).mode & 0o777).to.equal(0o600);
    });
    it('writeNew replaces nothing', async () => {
      writeFileSync(at('there'), 'old');
      await fails('EEXIST', () => writeNew(at('there'), 'new', sync));
    });

    it('replaceFile makes a file, and replaces it', async () => {
      for (const text of ['one', 'two']) {
        await replaceFile(at('file'), at('spare'), text, sync);
        expect(contentOf(directory.path)).to.deep.equal({ file: text });
      }
    });
    it('replaceFile leaves the old text when the new one cannot be written', async () => {
      writeFileSync(at('file'), 'old');
      writeFileSync(at('spare'), 'of another call');
      await fails('EEXIST', () => replaceFile(at('file'), at('spare'), 'new', sync));
      await fails('ENOENT', () => replaceFile(at('file'), at('none/spare'), 'new', sync));
    });

    it('flushPaths takes files and directories', async () => {
      writeFileSync(at('file'), 'text');
      mkdirSync(at('directory'));
      await flushPaths([at('file'), at('directory'), directory.path], sync);
      await flushPaths([], sync);
    });
  });
}

it('flushPaths fails for what is not there, unless nothing is to be flushed', async () => {
  await flushPaths(['/nonexistent'], 'never');
  const error = await rejectionOf(flushPaths(['/nonexistent'], 'always'), Error);
  expect(error).to.have.property('code', 'ENOENT');
});

describe('flushPaths, asked for the same by many', () => {
  const directory = withDirectory();

  it('fails for all of them, and is as before afterwards', async () => {
    const path = join(directory.path, 'directory');
    const flushed = () => Array.from({ length: 4 }, () => flushPaths([path], 'always'));
    for (const refused of flushed().map((flush) => rejectionOf(flush, Error))) {
      expect(await refused).to.have.property('code', 'ENOENT');
    }
    mkdirSync(path);
    await Promise.all(flushed());
  });
});

it('writeNew fails when only a part of the text fits on the disk', async function () {
  if (!isRoot) this.skip();
  const disk = scratch('private', '64k');
  try {
    const text = 'x'.repeat(128 * 1024);
    const error = await rejectionOf(writeNew(disk.path('file'), text, 'never'), Error);
    expect(error).to.have.property('code', 'ENOSPC');
  } finally {
    disk.remove();
  }
});
