import { execFileSync } from 'node:child_process';
import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { expect } from 'chai';
import { rebuildStore } from '../../src/assembly/rebuild.js';
import { storeDirectory } from '../../src/assembly/foundation.js';
import { mountsBelow } from '../host/scratch.js';
import { withDriver } from './driver-under-test.js';
import { refused, refusedUnchanged } from './refusal.js';
import { takenDownVolumes } from './takedown.js';
import { mountCapability, type TestVolume } from './test-volume.js';

const MODE = 'SINGLE_NODE_MULTI_WRITER';

describe('NodeUnpublishVolume and NodeUnstageVolume act on the path', () => {
  const driver = withDriver();
  const volumes = takenDownVolumes(driver);
  const data = (id: string) => join(driver.options.poolDir, 'volumes', id, 'data');

  const unpublish = (volume_id: string, target_path: string) =>
    driver.client.node.NodeUnpublishVolume({ volume_id, target_path });
  const unstage = (volume_id: string, staging_target_path: string) =>
    driver.client.node.NodeUnstageVolume({ volume_id, staging_target_path });

  const CALLS = [
    { name: 'NodeUnpublishVolume', call: unpublish, removesPath: true },
    { name: 'NodeUnstageVolume', call: unstage, removesPath: false },
  ];
  for (const { name, call, removesPath } of CALLS) {
    describe(name, () => {
      let volume: TestVolume;
      let path: string;
      beforeEach(async () => {
        volume = await volumes.created(MODE);
        await volume.attach();
        path = volume.target('odd');
        mkdirSync(path);
      });

      it('a mount of the volume without a record: removed', async () => {
        bind(data(volume.id), path);
        await call(volume.id, path);
        expect(mountsBelow(path)).to.deep.equal([]);
        expect(existsSync(path)).to.equal(!removesPath);
      });

      it('several mounts of the volume on top of each other: all removed', async () => {
        for (let count = 0; count < 3; count += 1) bind(data(volume.id), path);
        await call(volume.id, path);
        expect(mountsBelow(path)).to.deep.equal([]);
      });

      it('a mount of a volume that has been deleted: OK, and gone', async () => {
        bind(data(volume.id), path);
        writeFileSync(join(path, 'file'), 'data');
        await volume.detach();
        await volume.remove();
        await call(volume.id, path);
        expect(mountsBelow(path)).to.deep.equal([]);
        expect(existsSync(path)).to.equal(!removesPath);
      });

      it('the same a second time: NOT_FOUND, since the volume does not exist', async () => {
        bind(data(volume.id), path);
        await volume.detach();
        await volume.remove();
        await call(volume.id, path);
        await refused(call(volume.id, path), 'NOT_FOUND');
      });

      it('nothing there: OK, again and again', async () => {
        rmSync(path, { recursive: true });
        for (let count = 0; count < 3; count += 1) await call(volume.id, path);
        await call(volume.id, join(path, 'without', 'a', 'parent'));
        expect(existsSync(path)).to.equal(false);
      });

      it('a volume that never existed and nothing at the path: NOT_FOUND', async () => {
        for (const there of [path, join(path, 'nowhere')]) {
          const ask = () => call('never-existed', there);
          await refusedUnchanged(driver, ask, 'NOT_FOUND', /never-existed does not exist/);
        }
      });

      it('a volume that never existed and a mount of one that does: NOT_FOUND, untouched', async () => {
        bind(data(volume.id), path);
        await refusedUnchanged(driver, () => call('never-existed', path), 'NOT_FOUND');
        await call(volume.id, path);
      });

      for (const id of ['../../../elsewhere', '../trash', '..', '.']) {
        it(`an id that climbs, ${id}, and a mount of what it leads to: NOT_FOUND, untouched`, async () => {
          const source = data(id);
          mkdirSync(source, { recursive: true });
          bind(source, path);
          await refusedUnchanged(driver, () => call(id, path), 'NOT_FOUND');
          execFileSync('umount', [path]);
          rmSync(source, { recursive: true });
        });
      }

      it('a mount that is in use: FAILED_PRECONDITION, and OK when it no longer is', async () => {
        bind(data(volume.id), path);
        const file = openSync(join(path, 'file'), 'w');
        try {
          await refusedUnchanged(
            driver,
            () => call(volume.id, path),
            'FAILED_PRECONDITION',
            /EBUSY/,
          );
        } finally {
          closeSync(file);
        }
        await call(volume.id, path);
      });

      it('another directory of the volume, mounted by someone else: untouched', async () => {
        mkdirSync(join(data(volume.id), 'inner'));
        bind(join(data(volume.id), 'inner'), path);
        const before = mountsBelow(path);
        await call(volume.id, path).catch(() => {});
        expect(mountsBelow(path)).to.deep.equal(before);
        execFileSync('umount', [path]);
      });
    });
  }

  describe('after the store was lost and made anew, while mounts came back that nobody knows', () => {
    let volume: TestVolume;
    beforeEach(async () => {
      volume = await volumes.staged(MODE);
      for (const name of ['a', 'b']) await volume.publish(name);
      writeFileSync(join(volume.target('a'), 'file'), 'data');
      await driver.restart({}, async () => {
        const paths = ['a', 'b'].map(volume.target).concat(volume.stagingPath);
        execFileSync('umount', paths);
        rmSync(storeDirectory(driver.options), { recursive: true });
        await rebuildStore(driver.options);
        for (const path of paths) bind(data(volume.id), path);
      });
    });

    it('what is there can be removed', async () => {
      for (const name of ['a', 'b']) await volume.unpublish(name);
      await volume.unstage();
      expect(mountsBelow(dirname(volume.stagingPath))).to.deep.equal([]);
    });

    it('what is there can be had again, with other arguments too', async () => {
      await volume.attach();
      await volume.stage();
      const volume_capability = mountCapability(MODE, { mount_flags: ['ro'] });
      for (const name of ['a', 'b']) await volume.publish(name, { volume_capability });
      expect(mountsBelow(dirname(volume.stagingPath))).to.have.lengthOf(3);
      for (const name of ['a', 'b']) {
        expect(existsSync(join(volume.target(name), 'file'))).to.equal(true);
        expect(() => writeFileSync(join(volume.target(name), 'file'), '')).to.throw('EROFS');
      }
    });
  });

  describe('at another name of the parent, by a symlink', () => {
    let volume: TestVolume;
    /** Another name of a path of the volume. */
    const alias = (path: string) => join(dirname(volume.stagingPath), 'alias', path);
    beforeEach(async () => {
      volume = await volumes.staged(MODE);
      await volume.publish('a');
      symlinkSync(dirname(volume.stagingPath), alias(''));
    });

    it('NodeUnpublishVolume of the staging path: FAILED_PRECONDITION, untouched', () =>
      refusedUnchanged(
        driver,
        () => unpublish(volume.id, alias('staging')),
        'FAILED_PRECONDITION',
        /staged at .*NodeUnstageVolume/,
      ));

    it('NodeUnpublishVolume of a target: gone, and known to be', async () => {
      await unpublish(volume.id, alias('targets/a'));
      expect(existsSync(volume.target('a'))).to.equal(false);
      await volume.unstage();
    });
  });

  it('a mount of another device that is called like the volume: FAILED_PRECONDITION, untouched', async () => {
    const volume = await volumes.created(MODE);
    const device = driver.scratch.make('device');
    execFileSync('mount', ['-t', 'tmpfs', 'none', device]);
    try {
      bind(driver.scratch.make('device', 'volumes', volume.id, 'data'), driver.scratch.make('odd'));
      const call = () => unpublish(volume.id, driver.scratch.path('odd'));
      await refusedUnchanged(driver, call, 'FAILED_PRECONDITION', /mount/);
    } finally {
      execFileSync('umount', [driver.scratch.path('odd')]);
      execFileSync('umount', [device]);
    }
  });

  it('a volume that is deleted after a forced detach is unpublished and unstaged all the same', async () => {
    const volume = await volumes.staged(MODE);
    for (const name of ['a', 'b']) await volume.publish(name);
    writeFileSync(join(volume.target('a'), 'file'), 'data');
    await volume.detach();
    await volume.remove();
    for (const name of ['a', 'b']) {
      await volume.unpublish(name);
      await volume.unpublish(name);
      expect(existsSync(volume.target(name))).to.equal(false);
    }
    await volume.unstage();
    expect(mountsBelow(dirname(volume.stagingPath))).to.deep.equal([]);
  });

  it('the same after a restart', async () => {
    const volume = await volumes.staged(MODE);
    await volume.publish('a');
    await volume.detach();
    await volume.remove();
    await driver.restart();
    await volume.unpublish('a');
    await volume.unstage();
    expect(mountsBelow(dirname(volume.stagingPath))).to.deep.equal([]);
  });
});

function bind(source: string, path: string): void {
  execFileSync('mount', ['--bind', source, path]);
}
