import { execFileSync } from 'node:child_process';
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { expect } from 'chai';
import { mountsBelow } from '../host/scratch.js';
import { withDriver } from './driver-under-test.js';
import { refusedUnchanged } from './refusal.js';
import { takenDownVolumes } from './takedown.js';
import type { TestVolume } from './test-volume.js';

const MODE = 'SINGLE_NODE_MULTI_WRITER';

describe('target paths of NodePublishVolume and NodeUnpublishVolume', () => {
  const driver = withDriver();
  const volumes = takenDownVolumes(driver);
  let volume: TestVolume;
  beforeEach(async () => {
    volume = await volumes.staged(MODE);
  });

  const target = () => volume.target('a');
  const unpublishAt = (target_path: string) =>
    driver.client.node.NodeUnpublishVolume({ volume_id: volume.id, target_path });

  describe('what is taken', () => {
    it('an absent path: made by us, removed by us', async () => {
      await volume.publish('a');
      expect(lstatSync(target()).isDirectory()).to.equal(true);
      await volume.unpublish('a');
      expect(existsSync(target())).to.equal(false);
    });

    it('an empty directory, as the kubelet leaves it after a reboot: taken over, removed by us', async () => {
      mkdirSync(target());
      await volume.publish('a');
      writeFileSync(join(target(), 'file'), 'data');
      await volume.unpublish('a');
      expect(existsSync(target())).to.equal(false);
      await volume.publish('b');
      expect(readFileSync(join(volume.target('b'), 'file'), 'utf8')).to.equal('data');
    });

    const NAMES = {
      'with spaces': 'a b  c ',
      'with a newline and a tab': 'a\nb\tc',
      'in other scripts': 'größe-数据-🐘',
      'with quotes and backslashes': `a"b'c\\d\\040e`,
      'that looks deleted': 'a//deleted',
      'that begins with dashes': '--help',
      'of 255 bytes, the most that a name can have': 'n'.repeat(255),
    };
    for (const [what, name] of Object.entries(NAMES)) {
      it(`a name ${what}`, async () => {
        mkdirSync(dirname(volume.target(name)), { recursive: true });
        await volume.publish(name);
        await volume.publish(name);
        writeFileSync(join(volume.target(name), 'file'), 'data');
        expect(readFileSync(join(volume.stagingPath, 'file'), 'utf8')).to.equal('data');
        await driver.restart();
        await volume.publish(name);
        expect(mountsBelow(driver.scratch.root)).to.have.lengthOf(3);
        await volume.detach();
        await volume.remove();
        await volume.unpublish(name);
        expect(existsSync(volume.target(name))).to.equal(false);
      });
    }

    it('a path of 4095 bytes, the most that the kernel takes', async () => {
      const long = `${target()}${`/${'d'.repeat(127)}`.repeat(40)}`;
      const target_path = `${long.slice(0, 4094)}n`;
      expect(target_path).to.have.lengthOf(4095);
      mkdirSync(dirname(target_path), { recursive: true });
      await volume.publish('deep', { target_path });
      expect(mountsBelow(target())).to.have.lengthOf(1);
      await unpublishAt(target_path);
      expect(existsSync(target_path)).to.equal(false);
      rmSync(target(), { recursive: true });
    });
  });

  it('a path in other words is the same target', async () => {
    await volume.publish('a');
    const before = mountsBelow(driver.scratch.root);
    const [slash, root] = [`${target()}/`, driver.scratch.root];
    for (const target_path of [
      slash,
      `/${target()}`,
      `${root}/.${target().slice(root.length)}//`,
    ]) {
      await volume.publish('a', { target_path });
      expect(mountsBelow(driver.scratch.root)).to.deep.equal(before);
    }
    await volume.publish('a', { staging_target_path: `/.${volume.stagingPath}//` });
    expect(mountsBelow(driver.scratch.root)).to.deep.equal(before);
    await unpublishAt(slash);
    expect(existsSync(target())).to.equal(false);
  });

  describe('what is FAILED_PRECONDITION and stays untouched, whether published or unpublished', () => {
    const THINGS: [string, () => void][] = [
      ['a directory with content', () => mkdirSync(join(target(), 'content'), { recursive: true })],
      ['a file with content', () => writeFileSync(target(), 'content')],
      [
        'a symlink to an empty directory',
        () => symlinkSync(driver.scratch.make('empty'), target()),
      ],
      ['a symlink to /', () => symlinkSync('/', target())],
      ['a dangling symlink', () => symlinkSync('nowhere', target())],
      ['a named pipe', () => void execFileSync('mkfifo', [target()])],
    ];
    for (const [thing, put] of THINGS) {
      it(thing, async () => {
        put();
        await refusedUnchanged(
          driver,
          () => volume.publish('a'),
          'FAILED_PRECONDITION',
          /targets\/a/,
        );
        await refusedUnchanged(driver, () => unpublishAt(target()), 'FAILED_PRECONDITION');
        rmSync(target(), { recursive: true });
        await volume.publish('a');
      });
    }

    it('a foreign mount, also on top of ours', async () => {
      mkdirSync(target());
      execFileSync('mount', ['-t', 'tmpfs', 'none', target()]);
      await refusedUnchanged(driver, () => volume.publish('a'), 'FAILED_PRECONDITION', /mount/);
      await refusedUnchanged(driver, () => unpublishAt(target()), 'FAILED_PRECONDITION', /mount/);
      execFileSync('umount', [target()]);
      await volume.publish('a');
      execFileSync('mount', ['-t', 'tmpfs', 'none', target()]);
      await refusedUnchanged(driver, () => volume.publish('a'), 'FAILED_PRECONDITION', /mount/);
      await refusedUnchanged(driver, () => unpublishAt(target()), 'FAILED_PRECONDITION', /mount/);
      execFileSync('umount', [target()]);
    });

    it('the publication of another volume', async () => {
      const other = await volumes.staged(MODE);
      await other.publish('a');
      const target_path = other.target('a');
      const publish = () => volume.publish('a', { target_path });
      await refusedUnchanged(driver, publish, 'FAILED_PRECONDITION', /mount/);
      await refusedUnchanged(
        driver,
        () => unpublishAt(target_path),
        'FAILED_PRECONDITION',
        /mount/,
      );
    });
  });

  describe('what is FAILED_PRECONDITION for a publish, while an unpublish finds nothing: OK', () => {
    const PATHS: [string, () => string][] = [
      ['a missing parent', () => join(target(), 'b')],
      ['a file as parent', () => join(volume.target('file'), 'b')],
      ['a loop of symlinks as parent', () => join(volume.target('loop'), 'b')],
      ['a name of 256 bytes', () => volume.target('n'.repeat(256))],
    ];
    for (const [name, path] of PATHS) {
      it(name, async () => {
        writeFileSync(volume.target('file'), '');
        symlinkSync('loop', volume.target('loop'));
        const publish = () => volume.publish('a', { target_path: path() });
        await refusedUnchanged(driver, publish, 'FAILED_PRECONDITION');
        await unpublishAt(path());
      });
    }
  });

  it('an empty file is FAILED_PRECONDITION for a directory', async () => {
    writeFileSync(target(), '');
    await refusedUnchanged(driver, () => volume.publish('a'), 'FAILED_PRECONDITION', /directory/);
  });
});
