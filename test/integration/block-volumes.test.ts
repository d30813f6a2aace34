import { execFileSync } from 'node:child_process';
import {
  existsSync,
  lstatSync,
  mkdirSync,
  rmSync,
  rmdirSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { needImages } from '../host/images.js';
import { attachedAre } from './attached.js';
import { withDriver } from './driver-under-test.js';
import { refused, refusedUnchanged } from './refusal.js';
import { takenDownVolumes } from './takedown.js';
import { IMAGE_BYTES, type TestVolume } from './test-volume.js';
import { readText, writeText } from './volume-text.js';

const BYTES = IMAGE_BYTES.raw;

const sizeOf = (path: string) => Number(execFileSync('blockdev', ['--getsize64', path]));

describe('block volumes', () => {
  needImages('raw');
  const driver = withDriver();
  const volumes = takenDownVolumes(driver, 'raw');
  let volume: TestVolume;
  beforeEach(async () => {
    volume = await volumes.staged('SINGLE_NODE_MULTI_WRITER');
  });

  const target = () => volume.target('a');
  const unpublish = () =>
    driver.client.node.NodeUnpublishVolume({ volume_id: volume.id, target_path: target() });

  const stats = (volume_path: string) =>
    driver.client.node.NodeGetVolumeStats({ volume_id: volume.id, volume_path });

  const expand = (required_bytes: number) =>
    driver.client.controller.ControllerExpandVolume({
      volume_id: volume.id,
      capacity_range: { required_bytes: String(required_bytes) },
    });
  const expandHere = (volume_path: string) =>
    driver.client.node.NodeExpandVolume({ volume_id: volume.id, volume_path });

  describe('target paths', () => {
    it('an absent one: a file that is made and removed', async () => {
      await volume.publish('a');
      expect(lstatSync(target()).isBlockDevice()).to.equal(true);
      await volume.unpublish('a');
      expect(existsSync(target())).to.equal(false);
    });

    it('an empty file, as a crash leaves it: taken over', async () => {
      writeFileSync(target(), '');
      await volume.publish('a');
      expect(lstatSync(target()).isBlockDevice()).to.equal(true);
    });

    const REFUSED: [string, () => void][] = [
      ['an empty directory', () => mkdirSync(target())],
      ['a file with content', () => writeFileSync(target(), 'content')],
      ['a symlink to an empty file', () => symlinkSync(driver.scratch.make('empty'), target())],
      ['a dangling symlink', () => symlinkSync('nowhere', target())],
      ['a named pipe', () => void execFileSync('mkfifo', [target()])],
      ['a device node', () => void execFileSync('mknod', [target(), 'b', '7', '0'])],
    ];
    for (const [thing, put] of REFUSED) {
      it(`${thing}: FAILED_PRECONDITION, untouched, and no device is left`, async () => {
        put();
        const publish = () => volume.publish('a', { readonly: true });
        await refusedUnchanged(driver, publish, 'FAILED_PRECONDITION', /targets\/a/);
        await attachedAre(driver.scratch.root, 1);
        rmSync(target(), { recursive: true });
        await volume.publish('a');
      });
    }

    it('a missing parent: FAILED_PRECONDITION', async () => {
      const target_path = join(target(), 'b');
      const publish = () => volume.publish('a', { target_path });
      await refusedUnchanged(driver, publish, 'FAILED_PRECONDITION', /does not exist/);
    });

    it('the device of another volume: FAILED_PRECONDITION, also for an unpublish', async () => {
      const other = await volumes.staged('SINGLE_NODE_WRITER');
      await other.publish('a');
      const target_path = other.target('a');
      const publish = () => volume.publish('a', { target_path });
      await refusedUnchanged(driver, publish, 'FAILED_PRECONDITION', /mount/);
      const call = () =>
        driver.client.node.NodeUnpublishVolume({ volume_id: volume.id, target_path });
      await refusedUnchanged(driver, call, 'FAILED_PRECONDITION', /mount/);
    });

    it('one in use by a workload is unpublished, and the workload keeps its device', async () => {
      await volume.publish('a');
      const other = driver.scratch.path('of-a-workload');
      writeFileSync(other, '');
      execFileSync('mount', ['--bind', target(), other]);
      await unpublish();
      writeText('raw', other, 'text');
      execFileSync('umount', [other]);
    });
  });

  describe('the staging path', () => {
    it('that is absent or a file: FAILED_PRECONDITION, and no device is left', async () => {
      await volume.unstage();
      rmSync(volume.stagingPath, { recursive: true });
      await refusedUnchanged(driver, volume.stage, 'FAILED_PRECONDITION', /staging/);
      writeFileSync(volume.stagingPath, '');
      await refusedUnchanged(driver, volume.stage, 'FAILED_PRECONDITION', /staging/);
      await attachedAre(driver.scratch.root, 0);
      rmSync(volume.stagingPath);
      mkdirSync(volume.stagingPath);
    });

    it('is empty again after unstage', async () => {
      await volume.unstage();
      rmdirSync(volume.stagingPath);
      mkdirSync(volume.stagingPath);
    });
  });

  describe('NodeGetVolumeStats tells the total bytes and nothing else', () => {
    it('at the target, the staging path and wherever the CO shows the device', async () => {
      await volume.publish('a');
      const mount = driver.scratch.path('mount-of-the-co');
      const link = driver.scratch.path('link-of-the-co');
      writeFileSync(mount, '');
      execFileSync('mount', ['--bind', target(), mount]);
      symlinkSync(mount, link);
      try {
        for (const path of [target(), volume.stagingPath, mount, link]) {
          const { usage } = await stats(path);
          expect(usage).to.deep.equal([
            { unit: 'BYTES', total: String(BYTES), used: '0', available: '0' },
          ]);
        }
      } finally {
        execFileSync('umount', [mount]);
      }
    });

    it('where the volume is not: NOT_FOUND', async () => {
      const other = await volumes.staged('SINGLE_NODE_WRITER');
      await other.publish('a');
      const loop = driver.scratch.path('loop');
      symlinkSync('loop', loop);
      const paths = [target(), other.target('a'), '/dev/null', '/dev/null/x', '/', 'relative'];
      for (const path of [...paths, loop, `/${'n'.repeat(300)}`]) {
        await refused(stats(path), 'NOT_FOUND', /volume_path/);
      }
    });
  });

  describe('expansion', () => {
    it('asks for the node, which lets every device have the new size', async () => {
      await volume.publish('a');
      await volume.publish('b', { readonly: true });
      writeText('raw', target(), 'text');
      const { node_expansion_required } = await expand(2 * BYTES);
      expect(node_expansion_required).to.equal(true);
      const paths = [target(), volume.target('b'), join(volume.stagingPath, 'device')];
      for (const path of paths) expect(sizeOf(path)).to.equal(BYTES);
      for (let count = 0; count < 2; count += 1) {
        const { capacity_bytes } = await expandHere(target());
        expect(capacity_bytes).to.equal(String(2 * BYTES));
        for (const path of paths) expect(sizeOf(path)).to.equal(2 * BYTES);
      }
      expect(readText('raw', volume.target('b'), 4)).to.equal('text');
    });

    it('goes by the volume id, whatever the path', async () => {
      await expand(2 * BYTES);
      await expandHere('/dev/of/the/co');
      expect(sizeOf(join(volume.stagingPath, 'device'))).to.equal(2 * BYTES);
    });

    it('of a volume that is on no node: FAILED_PRECONDITION, and a stage has the new size', async () => {
      await volume.unstage();
      await expand(2 * BYTES);
      await refused(expandHere(target()), 'FAILED_PRECONDITION', /neither staged nor published/);
      await volume.stage();
      expect(sizeOf(join(volume.stagingPath, 'device'))).to.equal(2 * BYTES);
    });
  });
});
