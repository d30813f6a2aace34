import { execFileSync } from 'node:child_process';
import { linkSync, mkdirSync, truncateSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect } from 'chai';
import { withDriver } from './driver-under-test.js';
import { refused, refusedUnchanged } from './refusal.js';
import { takenDownVolumes } from './takedown.js';
import type { TestVolume } from './test-volume.js';

const MIB = 2 ** 20;
const GIB = 2 ** 30;
const MODE = 'SINGLE_NODE_MULTI_WRITER';

interface Figures {
  readonly total: number;
  readonly used: number;
  readonly available: number;
}

describe('NodeGetVolumeStats', () => {
  const driver = withDriver();
  const volumes = takenDownVolumes(driver);
  let volume: TestVolume;
  beforeEach(async () => {
    volume = await volumes.staged(MODE);
  });

  async function stats(
    volume_path: string,
    volume_id = volume.id,
  ): Promise<{ readonly bytes: Figures; readonly inodes: Figures }> {
    const { usage } = await driver.client.node.NodeGetVolumeStats({ volume_id, volume_path });
    expect(usage.map(({ unit }) => unit)).to.deep.equal(['BYTES', 'INODES']);
    const [bytes, inodes] = usage.map(({ total, used, available }) => ({
      total: Number(total),
      used: Number(used),
      available: Number(available),
    }));
    if (bytes === undefined || inodes === undefined) throw new Error('figures are missing');
    return { bytes, inodes };
  }

  it('of an empty volume: its capacity, nothing used but its own directory', async () => {
    const { bytes, inodes } = await stats(volume.stagingPath);
    expect(bytes).to.deep.equal({ total: GIB, used: 0, available: GIB });
    expect(inodes.used).to.equal(1);
    expect(inodes.available).to.equal(inodes.total - 1);
  });

  it('1 MiB that is written shows, at the target and at the staging path', async () => {
    await volume.publish('a');
    writeFileSync(join(volume.target('a'), 'file'), Buffer.alloc(MIB, 1));
    for (const path of [volume.target('a'), volume.stagingPath, `${volume.target('a')}//../a/.`]) {
      const { bytes, inodes } = await stats(path);
      expect(bytes).to.deep.equal({ total: GIB, used: MIB, available: GIB - MIB });
      expect(inodes.used).to.equal(2);
    }
  });

  it('a hole takes nothing', async () => {
    const file = join(volume.stagingPath, 'sparse');
    writeFileSync(file, '');
    truncateSync(file, 100 * MIB);
    const { bytes, inodes } = await stats(volume.stagingPath);
    expect(bytes.used).to.equal(0);
    expect(inodes.used).to.equal(2);
  });

  it('hard links are counted once', async () => {
    const file = join(volume.stagingPath, 'file');
    writeFileSync(file, Buffer.alloc(MIB, 1));
    mkdirSync(join(volume.stagingPath, 'inner'));
    for (const name of ['link', 'inner/link']) linkSync(file, join(volume.stagingPath, name));
    const { bytes, inodes } = await stats(volume.stagingPath);
    expect(bytes.used).to.equal(MIB);
    expect(inodes.used).to.equal(3);
  });

  it('more than the capacity is written: nothing is available, and no figure is negative', async () => {
    const small = await driver.client.controller.CreateVolume({
      name: 'small',
      capacity_range: { required_bytes: 4096 },
      volume_capabilities: [volume.capability],
    });
    const volume_id = small.volume?.volume_id ?? '';
    const ids = { volume_id, node_id: driver.nodeId, volume_capability: volume.capability };
    const paths = { staging_target_path: driver.scratch.make('small') };
    await driver.client.controller.ControllerPublishVolume(ids);
    await driver.client.node.NodeStageVolume({ ...ids, ...paths });
    for (const name of ['a', 'b', 'c']) {
      writeFileSync(join(paths.staging_target_path, name), Buffer.alloc(MIB, 1));
    }
    const { bytes, inodes } = await stats(paths.staging_target_path, volume_id);
    expect(bytes).to.deep.equal({ total: 4096, used: 3 * MIB, available: 0 });
    expect(inodes).to.deep.equal({ total: 1, used: 4, available: 0 });
    await driver.client.node.NodeUnstageVolume({ ...ids, ...paths });
    await driver.client.controller.ControllerUnpublishVolume(ids);
    await driver.client.controller.DeleteVolume(ids);
  });

  it('the count is kept for a while: a walk through many files is costly', async () => {
    await stats(volume.stagingPath);
    writeFileSync(join(volume.stagingPath, 'file'), Buffer.alloc(MIB, 1));
    expect((await stats(volume.stagingPath)).bytes.used).to.equal(0);
  });

  it('the count is the volume’s, not the path’s: another volume there has its own', async () => {
    await volume.publish('a');
    writeFileSync(join(volume.target('a'), 'file'), Buffer.alloc(MIB, 1));
    expect((await stats(volume.target('a'))).bytes.used).to.equal(MIB);
    await volume.unpublish('a');
    const other = await volumes.staged(MODE);
    const target_path = volume.target('a');
    await other.publish('a', { target_path });
    expect((await stats(target_path, other.id)).bytes.used).to.equal(0);
    await driver.client.node.NodeUnpublishVolume({ volume_id: other.id, target_path });
  });

  it('what is mounted within the target is not the volume’s', async () => {
    await volume.publish('a');
    const inner = join(volume.target('a'), 'inner');
    mkdirSync(inner);
    execFileSync('mount', ['-t', 'tmpfs', 'none', inner]);
    writeFileSync(join(inner, 'file'), Buffer.alloc(MIB, 1));
    const { bytes, inodes } = await stats(volume.target('a'));
    execFileSync('umount', [inner]);
    expect(bytes.used).to.equal(0);
    expect(inodes.used).to.equal(2);
  });

  it('the capacity is the one after an expansion', async () => {
    await driver.client.controller.ControllerExpandVolume({
      volume_id: volume.id,
      capacity_range: { required_bytes: 3 * GIB },
    });
    expect((await stats(volume.stagingPath)).bytes.total).to.equal(3 * GIB);
  });

  const NO_PATHS: [string, string, RegExp][] = [
    ['4096 bytes', 'd'.repeat(4096), /^volume_path must not exceed 4095 bytes$/],
    ['a NUL', '/a\0b', /^volume_path must not contain a NUL/],
    ['nothing', '', /^volume_path is required$/],
  ];
  for (const [name, path, message] of NO_PATHS) {
    it(`${name} as volume_path: INVALID_ARGUMENT`, () =>
      refusedUnchanged(driver, () => stats(path), 'INVALID_ARGUMENT', message));
  }

  describe('NOT_FOUND', () => {
    const elsewhere: [string, () => string | Promise<string>][] = [
      ['a path where nothing is', () => driver.scratch.path('nowhere')],
      ['a path whose parents are missing', () => driver.scratch.path('no', 'where')],
      ['a path where something else is', () => driver.scratch.root],
      ['the parent of the staging path', () => dirname(volume.stagingPath)],
      ['a directory within the volume', () => join(volume.stagingPath, 'inner')],
      ['a relative path', () => 'some/path'],
      ['the root', () => '/'],
      ['a path of 4095 bytes', () => `/${'d'.repeat(4094)}`],
      ['a relative path of 4095 bytes', () => 'd'.repeat(4095)],
      ['a target that was unpublished', () => volume.target('gone')],
      ['the path of another volume', async () => (await volumes.staged(MODE)).stagingPath],
    ];
    for (const [name, path] of elsewhere) {
      it(name, async () => {
        mkdirSync(join(volume.stagingPath, 'inner'));
        await volume.publish('gone');
        await volume.unpublish('gone');
        const volume_path = await path();
        const call = () => stats(volume_path);
        await refusedUnchanged(driver, call, 'NOT_FOUND', new RegExp(volume.id));
      });
    }

    it('a volume that has been deleted, though its mount is there', async () => {
      await volume.detach();
      await volume.remove();
      await refused(stats(volume.stagingPath), 'NOT_FOUND', /does not exist/);
    });
  });
});
