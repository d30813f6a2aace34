import { execFileSync } from 'node:child_process';
import { lstatSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import type { AccessMode } from '../../src/model/access-mode.js';
import { withDriver } from './driver-under-test.js';
import { inlineTraces, inlineVolume } from './inline-volume.js';
import { refused, refusedUnchanged } from './refusal.js';
import { takenDownVolumes } from './takedown.js';
import { mountCapability } from './test-volume.js';

const MODE = 'SINGLE_NODE_MULTI_WRITER';
const forGroup = (volume_mount_group: string, mode: AccessMode = MODE) => ({
  volume_capability: mountCapability(mode, { volume_mount_group }),
});

/** Runs a shell as a user who is in a group and no more, with the umask that most have. */
function asMember(gid: number, cwd: string, script: string): string {
  return execFileSync('sh', ['-c', `umask 022; ${script}`], {
    cwd,
    uid: 1234,
    gid,
    encoding: 'utf8',
  });
}

function told(path: string): readonly [gid: number, mode: string] {
  const { gid, mode } = lstatSync(path);
  return [gid, (mode & 0o7777).toString(8)];
}

describe('volume_mount_group', () => {
  const driver = withDriver({ volumeMountGroup: true });
  const volumes = takenDownVolumes(driver);

  it('is advertised as VOLUME_MOUNT_GROUP', async () => {
    const { capabilities } = await driver.client.node.NodeGetCapabilities({});
    expect(capabilities.map(({ rpc }) => rpc?.type)).to.include('VOLUME_MOUNT_GROUP');
  });

  it('gets to read and write what is there and what comes', async () => {
    const volume = await volumes.staged(MODE);
    mkdirSync(join(volume.stagingPath, 'old'), { mode: 0o700 });
    writeFileSync(join(volume.stagingPath, 'old', 'file'), 'old', { mode: 0o600 });
    await volume.publish('a', forGroup('4711'));
    const target = volume.target('a');
    expect(asMember(4711, target, 'cat old/file; echo new > old/file; echo own > file')).to.equal(
      'old',
    );
    execFileSync('sh', ['-c', 'umask 077; echo root > made'], { cwd: target });
    expect(asMember(4711, target, 'cat old/file made; echo more >> made')).to.equal('new\nroot\n');
    for (const name of ['old/file', 'file', 'made'])
      expect(told(join(target, name))[0]).to.equal(4711);
    expect(told(target)).to.deep.equal([4711, '2777']);
  });

  it('gets a volume of enforced size, whose file system shows where it is published', async () => {
    const { controller, node } = driver.client;
    const { volume } = await controller.CreateVolume({
      name: 'enforced',
      volume_capabilities: [mountCapability(MODE, { fs_type: 'ext4' })],
      parameters: { enforceSize: 'true' },
      capacity_range: { required_bytes: String(2 ** 24) },
    });
    const common = {
      volume_id: volume?.volume_id ?? '',
      staging_target_path: driver.scratch.make('enforced-staging'),
      volume_capability: mountCapability(MODE, { fs_type: 'ext4', volume_mount_group: '4711' }),
      publish_context: {},
    };
    const attach = { ...common, node_id: driver.nodeId };
    common.publish_context = (await controller.ControllerPublishVolume(attach)).publish_context;
    const target_path = driver.scratch.path('enforced-target');
    await node.NodeStageVolume(common);
    await node.NodePublishVolume({ ...common, target_path });
    asMember(4711, target_path, 'echo own > file');
    expect(told(join(target_path, 'file'))).to.deep.equal([4711, '664']);
    await node.NodeUnpublishVolume({ ...common, target_path });
    await node.NodeUnstageVolume(common);
    await controller.ControllerUnpublishVolume(attach);
    await controller.DeleteVolume(common);
  });

  it('another one at another target: FAILED_PRECONDITION that names both', async () => {
    const volume = await volumes.staged(MODE);
    await volume.publish('a', forGroup('4711'));
    const call = () => volume.publish('b', forGroup('4712'));
    await refusedUnchanged(driver, call, 'FAILED_PRECONDITION', /4711.*4712/);
    await volume.publish('b', forGroup('4711'));
    await volume.publish('c');
    await volume.unpublish('a');
    await volume.unpublish('b');
    await volume.publish('a', forGroup('4712'));
    expect(told(volume.target('c'))[0]).to.equal(4712);
  });

  it('another one at the same target: ALREADY_EXISTS', async () => {
    const volume = await volumes.staged(MODE);
    await volume.publish('a', forGroup('4711'));
    const call = () => volume.publish('a', forGroup('4712'));
    await refusedUnchanged(driver, call, 'ALREADY_EXISTS', /volume_mount_group/);
  });

  it('of a repeat is given again where the process ended before', async () => {
    const volume = await volumes.staged(MODE);
    await volume.publish('a', forGroup('4711'));
    execFileSync('chgrp', ['0', volume.target('a')]);
    await volume.publish('a', forGroup('4711'));
    expect(told(volume.target('a'))).to.deep.equal([4711, '2777']);
  });

  it('is given nothing by a publication that is read-only', async () => {
    const volume = await volumes.staged('MULTI_NODE_MULTI_WRITER', 'MULTI_NODE_MULTI_WRITER');
    const mode = 'MULTI_NODE_MULTI_WRITER';
    const before = told(volume.stagingPath);
    await volume.publish('a', { ...forGroup('4711', mode), readonly: true });
    expect(told(volume.target('a'))).to.deep.equal(before);
    await volume.publish('b', forGroup('4712', mode));
    expect(told(volume.target('a'))[0]).to.equal(4712);
  });

  it('that is no number: INVALID_ARGUMENT', async () => {
    const volume = await volumes.staged(MODE);
    for (const group of ['staff', '-1', '4294967295', '1 ']) {
      const call = () => volume.publish('a', forGroup(group));
      await refusedUnchanged(driver, call, 'INVALID_ARGUMENT', /volume_mount_group must be/);
    }
  });

  it('that cannot be: FAILED_PRECONDITION, and the volume is not published', async () => {
    const volume = await volumes.staged(MODE);
    const data = join(driver.options.poolDir, 'volumes', volume.id, 'data');
    execFileSync('mkdir', ['-p', join(data, ...Array.from({ length: 600 }, () => 'd'))]);
    await refused(volume.publish('a', forGroup('4711')), 'FAILED_PRECONDITION', /512 deep/);
    expect(lstatSync(volume.target('a'), { throwIfNoEntry: false })).to.equal(undefined);
    await volume.publish('a');
  });

  it('gets an inline volume', async () => {
    const volume = inlineVolume(driver.scratch, () => driver.client.node);
    await volume.publish('a', forGroup('4711', 'SINGLE_NODE_SINGLE_WRITER'));
    asMember(4711, volume.target('a'), 'echo own > file');
    expect(readFileSync(join(volume.target('a'), 'file'), 'utf8')).to.equal('own\n');
    await volume.unpublish('a');
    expect(inlineTraces(driver.options.stateDir)).to.deep.equal([]);
  });
});

describe('volume_mount_group where it is not advertised', () => {
  const driver = withDriver();
  const volumes = takenDownVolumes(driver);

  it('has no effect, whatever it says', async () => {
    const volume = await volumes.staged(MODE);
    const before = told(volume.stagingPath);
    await volume.publish('a', forGroup('4711'));
    await volume.publish('b', forGroup('staff'));
    expect(told(volume.target('a'))).to.deep.equal(before);
  });
});
