import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { ACCESS_MODES, isReaderOnly } from '../../src/model/access-mode.js';
import { mountsBelow } from '../host/scratch.js';
import { withDriver } from './driver-under-test.js';
import { refusedUnchanged } from './refusal.js';
import { takenDownVolumes } from './takedown.js';
import { mountCapability, type TestVolume } from './test-volume.js';

describe('a publication counts while its mount is there', () => {
  const driver = withDriver();
  const volumes = takenDownVolumes(driver);

  /** What makes mounts vanish behind the driver's back. */
  const VANISHING: [string, (...paths: string[]) => unknown][] = [
    ['unmounted', (...paths) => execFileSync('umount', paths)],
    ['unmounted lazily', (...paths) => execFileSync('umount', ['--lazy', ...paths])],
    [
      'unmounted, its directory removed',
      (...paths) => {
        execFileSync('umount', paths);
        for (const path of paths) rmSync(path, { recursive: true });
      },
    ],
    [
      'unmounted while there is no driver',
      (...paths) => driver.restart({}, () => execFileSync('umount', paths)),
    ],
  ];

  for (const [how, vanish] of VANISHING) {
    describe(how, () => {
      let volume: TestVolume;
      beforeEach(async () => {
        volume = await volumes.staged('SINGLE_NODE_SINGLE_WRITER');
        await volume.publish('a');
        writeFileSync(join(volume.target('a'), 'file'), 'data');
        await vanish(volume.target('a'));
      });

      it('the same call mounts again', async () => {
        await volume.publish('a');
        expect(readFileSync(join(volume.target('a'), 'file'), 'utf8')).to.equal('data');
        expect(mountsBelow(volume.target('a'))).to.have.lengthOf(1);
      });

      it('a call with other arguments mounts too', async () => {
        await volume.publish('a', { readonly: true });
        expect(() => writeFileSync(join(volume.target('a'), 'file'), '')).to.throw('EROFS');
      });

      it('SINGLE_NODE_SINGLE_WRITER may go to another target, and then not back', async () => {
        await volume.publish('b');
        const back = () => volume.publish('a');
        await refusedUnchanged(driver, back, 'FAILED_PRECONDITION', /targets\/b/);
      });

      it('another mode may be used', async () => {
        const volume_capability = mountCapability('SINGLE_NODE_READER_ONLY');
        await volume.publish('b', { volume_capability });
      });

      it('unpublish is OK and removes the directory', async () => {
        await volume.unpublish('a');
        expect(existsSync(volume.target('a'))).to.equal(false);
      });

      it('unstage is OK: nothing is published', async () => {
        await volume.unstage();
        expect(mountsBelow(volume.stagingPath)).to.deep.equal([]);
      });
    });
  }

  it('a mount of something else at the target does not count, and stays', async () => {
    const volume = await volumes.staged('SINGLE_NODE_SINGLE_WRITER');
    await volume.publish('a');
    execFileSync('umount', [volume.target('a')]);
    mkdirSync(volume.target('a'), { recursive: true });
    execFileSync('mount', ['-t', 'tmpfs', 'none', volume.target('a')]);
    const again = () => volume.publish('a');
    await refusedUnchanged(driver, again, 'FAILED_PRECONDITION', /mount point/);
    await volume.publish('b');
    execFileSync('umount', [volume.target('a')]);
  });

  it('one of several vanishes: the others count', async () => {
    const volume = await volumes.staged('MULTI_NODE_MULTI_WRITER');
    for (const name of ['a', 'b', 'c']) await volume.publish(name);
    execFileSync('umount', [volume.target('b')]);
    const volume_capability = mountCapability('SINGLE_NODE_WRITER');
    const call = () => volume.publish('b', { volume_capability });
    await refusedUnchanged(driver, call, 'FAILED_PRECONDITION', /targets\/a/);
    await refusedUnchanged(
      driver,
      volume.unstage,
      'FAILED_PRECONDITION',
      /targets\/a, .*targets\/c:/,
    );
    await volume.publish('b');
    expect(mountsBelow(volume.target(''))).to.have.lengthOf(3);
  });

  it('the data vanishes from the pool: nothing more is mounted, and what is can be removed', async () => {
    const volume = await volumes.staged('MULTI_NODE_MULTI_WRITER');
    await volume.publish('a');
    rmSync(join(driver.options.poolDir, 'volumes', volume.id, 'data'), { recursive: true });
    const other = () => volume.publish('b');
    await refusedUnchanged(driver, other, 'FAILED_PRECONDITION', /data .* is gone from the pool/);
    await volume.publish('a');
    await volume.unpublish('a');
    await volume.unstage();
    expect(mountsBelow(driver.scratch.root)).to.have.lengthOf(1);
  });

  it('the staging vanishes: publications go on, and it can be staged again', async () => {
    const volume = await volumes.staged('MULTI_NODE_MULTI_WRITER');
    await volume.publish('a');
    execFileSync('umount', [volume.stagingPath]);
    await volume.publish('a');
    const other = () => volume.publish('b');
    await refusedUnchanged(driver, other, 'FAILED_PRECONDITION', /NodeStageVolume comes first/);
    await volume.stage();
    await volume.publish('b');
    expect(mountsBelow(volume.target(''))).to.have.lengthOf(2);
  });
});

describe('after a restart of the driver everything acknowledged holds', () => {
  const driver = withDriver();
  const volumes = takenDownVolumes(driver);

  for (const mode of ACCESS_MODES) {
    it(`${mode}: mounts, repeats, refusals and data`, async () => {
      const volume = await volumes.staged(mode);
      const arguments_ = {
        volume_capability: mountCapability(mode, { fs_type: 'ext4', mount_flags: ['noexec'] }),
        volume_context: { key: 'value', ['__proto__']: 'own' },
      };
      await volume.publish('a', arguments_);
      const before = mountsBelow(driver.scratch.root);
      const write = () => writeFileSync(join(volume.target('a'), 'file'), 'data');
      if (!isReaderOnly(mode)) write();

      await driver.restart();
      expect(mountsBelow(driver.scratch.root)).to.deep.equal(before);
      await volume.attach();
      await volume.stage();
      await volume.publish('a', arguments_);
      expect(mountsBelow(driver.scratch.root)).to.deep.equal(before);
      if (isReaderOnly(mode)) expect(write).to.throw('EROFS');
      else expect(readFileSync(join(volume.stagingPath, 'file'), 'utf8')).to.equal('data');

      const other = () => volume.publish('a', { ...arguments_, readonly: true });
      await refusedUnchanged(driver, other, 'ALREADY_EXISTS', /: readonly \(false there/);
      const otherMode =
        mode === 'SINGLE_NODE_READER_ONLY' ? 'SINGLE_NODE_WRITER' : 'SINGLE_NODE_READER_ONLY';
      const elsewhere = () =>
        volume.publish('b', { ...arguments_, volume_capability: mountCapability(otherMode) });
      await refusedUnchanged(driver, elsewhere, 'FAILED_PRECONDITION');
      await refusedUnchanged(driver, volume.unstage, 'FAILED_PRECONDITION', /targets\/a/);
    });
  }
});
