import { execFileSync } from 'node:child_process';
import { closeSync, existsSync, openSync, readFileSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import type { VolumeCapability } from '../../src/csi/generated/csi/v1/VolumeCapability.js';
import { withDriver } from './driver-under-test.js';
import { deleteAll, newSnapshot } from './new-snapshot.js';
import { newVolume } from './new-volume.js';
import { mountCapability } from './test-volume.js';

const BLOCK: VolumeCapability = { access_mode: { mode: 'SINGLE_NODE_WRITER' }, block: {} };

describe('a snapshot of an image volume that is in use', () => {
  const driver = withDriver({ attach: false });
  const staged: { volume_id: string; staging_target_path: string }[] = [];

  before(function () {
    if (!existsSync('/dev/loop-control')) this.skip();
  });
  afterEach(async () => {
    for (const each of staged.splice(0)) await driver.client.node.NodeUnstageVolume(each);
    await deleteAll(driver.client);
  });

  const inPool = (...names: string[]) => join(driver.options.poolDir, ...names);

  async function stage(volume_id: string, volume_capability: VolumeCapability): Promise<string> {
    const staging_target_path = driver.scratch.make(`staging of ${volume_id}`);
    await driver.client.node.NodeStageVolume({
      volume_id,
      volume_capability,
      staging_target_path,
    });
    staged.push({ volume_id, staging_target_path });
    return staging_target_path;
  }

  for (const fs_type of ['ext4', 'xfs']) {
    it(`${fs_type}: has what was just written, and a volume from it can be staged beside it`, async () => {
      const capability = mountCapability('SINGLE_NODE_WRITER', { fs_type });
      const request = {
        volume_capabilities: [capability],
        parameters: { enforceSize: 'true' },
        capacity_range: { required_bytes: String(320 * 2 ** 20) },
      };
      const { volume_id } = await newVolume(driver.client, request);
      const path = await stage(volume_id, capability);
      writeFileSync(join(path, 'file'), 'just written');
      const { snapshot_id } = await newSnapshot(driver.client, volume_id);
      writeFileSync(join(path, 'file'), 'later');
      const restored = await newVolume(driver.client, {
        ...request,
        capacity_range: { required_bytes: String(400 * 2 ** 20) },
        volume_content_source: { snapshot: { snapshot_id } },
      });
      const beside = await stage(restored.volume_id, capability);
      expect(readFileSync(join(beside, 'file'), 'utf8')).to.equal('just written');
      expect(readFileSync(join(path, 'file'), 'utf8')).to.equal('later');
      const size = execFileSync('df', ['--output=size', '-B1', beside], { encoding: 'utf8' });
      expect(Number(size.split('\n')[1])).to.be.above(330 * 2 ** 20);
    });
  }

  it('block: has what was just written to the device', async () => {
    const request = {
      volume_capabilities: [BLOCK],
      capacity_range: { required_bytes: String(2 ** 22) },
    };
    const { volume_id } = await newVolume(driver.client, request);
    const path = await stage(volume_id, BLOCK);
    const device = openSync(join(path, 'device'), 'r+');
    writeSync(device, 'just written', 2 ** 20);
    const { snapshot_id } = await newSnapshot(driver.client, volume_id);
    writeSync(device, 'later.......', 2 ** 20);
    closeSync(device);
    const image = readFileSync(inPool('snapshots', snapshot_id, 'image'));
    const expected = Buffer.alloc(2 ** 22);
    expected.write('just written', 2 ** 20);
    expect(image.equals(expected)).to.equal(true);
  });
});
