import {
  linkSync,
  mkdirSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { directoryUsage } from '../../src/host/directory-usage.js';
import { withDirectory } from './directory.js';

const NO_AGE = { maxAgeMs: 0, timeLimitMs: Infinity };

/** What the file system has allocated for these files. */
function bytes(...paths: string[]): bigint {
  return paths.reduce((sum, path) => sum + statSync(path, { bigint: true }).blocks * 512n, 0n);
}

describe('directoryUsage', () => {
  const directory = withDirectory();
  const at = (name: string): string => join(directory.path, name);
  const count = () => directoryUsage(NO_AGE).of(directory.path);

  it('an empty directory is one inode', async () => {
    expect(await count()).to.deep.equal({ bytes: bytes(directory.path), inodes: 1n });
  });

  it('counts files and directories at any depth', async () => {
    mkdirSync(at('a/b/c'), { recursive: true });
    const files = ['one', 'a/two', 'a/b/c/three'].map(at);
    for (const file of files) writeFileSync(file, 'x'.repeat(10_000));
    const all = [directory.path, ...['a', 'a/b', 'a/b/c'].map(at), ...files];
    expect(await count()).to.deep.equal({ bytes: bytes(...all), inodes: 7n });
  });

  it('counts more files than it looks at side by side', async () => {
    for (let number = 0; number < 200; number += 1) writeFileSync(at(String(number)), '');
    expect((await count()).inodes).to.equal(201n);
  });

  it('counts what is allocated, not the size that a file with a hole claims', async () => {
    writeFileSync(at('hole'), '');
    truncateSync(at('hole'), 2 ** 40);
    expect((await count()).bytes).to.equal(bytes(directory.path));
  });

  it('counts a file with several names once', async () => {
    writeFileSync(at('file'), 'x'.repeat(10_000));
    mkdirSync(at('sub'));
    linkSync(at('file'), at('sub/same'));
    const all = [directory.path, at('sub'), at('file')];
    expect(await count()).to.deep.equal({ bytes: bytes(...all), inodes: 3n });
  });

  it('does not follow symlinks', async () => {
    mkdirSync(at('sub'));
    writeFileSync(at('sub/file'), '');
    symlinkSync(directory.path, at('sub/up'));
    symlinkSync('/nowhere', at('dangling'));
    expect((await count()).inodes).to.equal(5n);
  });

  it('a directory that is gone holds nothing', async () => {
    expect(await directoryUsage(NO_AGE).of(at('gone'))).to.deep.equal({ bytes: 0n, inodes: 0n });
  });

  it('answers again without a walk while a count is young enough, each directory for itself', async () => {
    const usage = directoryUsage({ maxAgeMs: Infinity, timeLimitMs: Infinity });
    mkdirSync(at('a'));
    mkdirSync(at('b'));
    expect((await usage.of(at('a'))).inodes).to.equal(1n);
    for (const name of ['a/file', 'b/file']) writeFileSync(at(name), '');
    expect((await usage.of(at('a'))).inodes).to.equal(1n);
    expect((await usage.of(at('b'))).inodes).to.equal(2n);
  });

  it('counts anew once a count is too old', async () => {
    const usage = directoryUsage(NO_AGE);
    await usage.of(directory.path);
    writeFileSync(at('file'), '');
    expect((await usage.of(directory.path)).inodes).to.equal(2n);
    rmSync(at('file'));
    expect((await usage.of(directory.path)).inodes).to.equal(1n);
  });

  it('callers at the same time share one walk', async () => {
    const usage = directoryUsage(NO_AGE);
    const [first, second] = [usage.of(directory.path), usage.of(directory.path)];
    expect(second).to.equal(first);
    expect((await first).inodes).to.equal(1n);
  });

  describe('a walk that takes too long', () => {
    const { now } = Date;
    let elapsed = 0;
    let step = 0;
    beforeEach(() => {
      [elapsed, step] = [0, 0];
      Date.now = () => {
        elapsed += step;
        return elapsed;
      };
    });
    afterEach(() => {
      Date.now = now;
    });
    const limited = { maxAgeMs: 0, timeLimitMs: 10 };

    it('answers what was counted so far, when there is no whole count', async () => {
      writeFileSync(at('file'), '');
      step = 100;
      expect((await directoryUsage(limited).of(directory.path)).inodes).to.equal(1n);
    });

    it('is ended among empty directories, too', async () => {
      const usage = directoryUsage(limited);
      for (const name of ['a', 'b', 'c']) mkdirSync(at(name));
      expect((await usage.of(directory.path)).inodes).to.equal(4n);
      mkdirSync(at('d'));
      step = 6;
      expect((await usage.of(directory.path)).inodes).to.equal(4n);
    });

    it('answers the last whole count, when there is one', async () => {
      const usage = directoryUsage(limited);
      for (const name of ['a', 'b']) writeFileSync(at(name), '');
      expect((await usage.of(directory.path)).inodes).to.equal(3n);
      writeFileSync(at('c'), '');
      step = 100;
      expect((await usage.of(directory.path)).inodes).to.equal(3n);
      step = 0;
      expect((await usage.of(directory.path)).inodes).to.equal(4n);
    });
  });
});
