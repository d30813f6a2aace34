import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { mountsBelow } from '../host/scratch.js';
import { withDriver } from './driver-under-test.js';
import { refused, refusedUnchanged } from './refusal.js';
import { takenDownVolumes } from './takedown.js';
import { mountCapability } from './test-volume.js';

const [SNSW, SNW, MNMW] = [
  mountCapability('SINGLE_NODE_SINGLE_WRITER'),
  mountCapability('SINGLE_NODE_WRITER'),
  mountCapability('MULTI_NODE_MULTI_WRITER'),
];
const UNKNOWN = { access_mode: { mode: 'UNKNOWN' }, mount: {} } as const;

describe('a request that breaks two rules is answered by the one that comes first', () => {
  const driver = withDriver();
  const volumes = takenDownVolumes(driver);

  describe('NodePublishVolume', () => {
    it('malformed, then no such volume', async () => {
      const call = driver.client.node.NodePublishVolume({
        volume_id: 'never-existed',
        target_path: driver.scratch.path('target'),
        volume_capability: UNKNOWN,
      });
      await refused(call, 'INVALID_ARGUMENT', /UNKNOWN/);
    });

    it('malformed, then the same path', async () => {
      const volume = await volumes.staged('SINGLE_NODE_SINGLE_WRITER');
      await volume.publish('a');
      const call = () => volume.publish('a', { volume_capability: UNKNOWN });
      await refusedUnchanged(driver, call, 'INVALID_ARGUMENT', /UNKNOWN/);
    });

    it('no such volume, then the same path', async () => {
      const volume = await volumes.staged('SINGLE_NODE_SINGLE_WRITER');
      await volume.publish('a');
      await volume.detach();
      await volume.remove();
      await refused(volume.publish('a'), 'NOT_FOUND');
      expect(mountsBelow(volume.target('a'))).to.have.lengthOf(1);
    });

    it('the same path, then what the volume supports', async () => {
      const volume = await volumes.staged('SINGLE_NODE_SINGLE_WRITER');
      await volume.publish('a');
      const call = () => volume.publish('a', { volume_capability: MNMW });
      await refusedUnchanged(driver, call, 'ALREADY_EXISTS');
    });

    it('the same path, then attach: a repeat stays OK', async () => {
      const volume = await volumes.staged('SINGLE_NODE_SINGLE_WRITER');
      await volume.publish('a');
      await volume.detach();
      await volume.publish('a');
      expect(mountsBelow(volume.target('a'))).to.have.lengthOf(1);
    });

    it('what the volume supports, then attach', async () => {
      const volume = await volumes.created('SINGLE_NODE_SINGLE_WRITER');
      const call = () => volume.publish('a', { volume_capability: MNMW });
      await refusedUnchanged(driver, call, 'FAILED_PRECONDITION', /does not support/);
    });

    it('attach, then stage', async () => {
      const volume = await volumes.created('SINGLE_NODE_SINGLE_WRITER');
      const call = () => volume.publish('a');
      await refusedUnchanged(driver, call, 'FAILED_PRECONDITION', /not controller-published/);
    });

    it('attach, then the other target', async () => {
      const volume = await volumes.staged('SINGLE_NODE_SINGLE_WRITER');
      await volume.publish('a');
      await volume.detach();
      const call = () => volume.publish('b');
      await refusedUnchanged(driver, call, 'FAILED_PRECONDITION', /not controller-published/);
    });

    it('stage, then the other target', async () => {
      const volume = await volumes.staged('SINGLE_NODE_SINGLE_WRITER');
      await volume.publish('a');
      const call = () => volume.publish('b', { staging_target_path: '/elsewhere' });
      await refusedUnchanged(driver, call, 'FAILED_PRECONDITION', /\/elsewhere/);
    });

    it('the rules for another target, then what stands there', async () => {
      const volume = await volumes.staged('SINGLE_NODE_SINGLE_WRITER');
      await volume.publish('a');
      mkdirSync(join(volume.target('b'), 'content'), { recursive: true });
      const call = () => volume.publish('b');
      await refusedUnchanged(driver, call, 'FAILED_PRECONDITION', /allows one target/);
    });
  });

  describe('NodeStageVolume', () => {
    it('malformed, then no such volume', async () => {
      const call = driver.client.node.NodeStageVolume({
        volume_id: 'never-existed',
        staging_target_path: driver.scratch.root,
        volume_capability: UNKNOWN,
      });
      await refused(call, 'INVALID_ARGUMENT', /UNKNOWN/);
    });

    it('no such volume, then the same path', async () => {
      const volume = await volumes.staged('SINGLE_NODE_SINGLE_WRITER');
      await volume.detach();
      await volume.remove();
      await refused(volume.stage(), 'NOT_FOUND');
      expect(mountsBelow(volume.stagingPath)).to.have.lengthOf(1);
    });

    it('the same path, then what the volume supports', async () => {
      const volume = await volumes.staged('SINGLE_NODE_SINGLE_WRITER');
      const call = () => volume.stage({ volume_capability: MNMW });
      await refusedUnchanged(driver, call, 'ALREADY_EXISTS');
    });

    it('the same path, then attach: a repeat stays OK', async () => {
      const volume = await volumes.staged('SINGLE_NODE_SINGLE_WRITER');
      await volume.detach();
      await volume.stage();
      expect(mountsBelow(volume.stagingPath)).to.have.lengthOf(1);
    });

    it('what the volume supports, then attach', async () => {
      const volume = await volumes.created('SINGLE_NODE_SINGLE_WRITER');
      const call = () => volume.stage({ volume_capability: MNMW });
      await refusedUnchanged(driver, call, 'FAILED_PRECONDITION', /does not support/);
    });

    it('attach, then another staging path', async () => {
      const volume = await volumes.staged('SINGLE_NODE_SINGLE_WRITER');
      await volume.detach();
      const staging_target_path = driver.scratch.make('other staging');
      const call = () => volume.stage({ staging_target_path });
      await refusedUnchanged(driver, call, 'FAILED_PRECONDITION', /not controller-published/);
    });

    it('another staging path, whatever the capability', async () => {
      const volume = await volumes.staged('SINGLE_NODE_SINGLE_WRITER');
      const staging_target_path = driver.scratch.make('other staging');
      for (const volume_capability of [SNSW, SNW]) {
        const call = () => volume.stage({ staging_target_path, volume_capability });
        await refusedUnchanged(driver, call, 'FAILED_PRECONDITION', /already staged at/);
      }
    });
  });

  describe('NodeExpandVolume', () => {
    it('malformed, then no such volume', async () => {
      const call = driver.client.node.NodeExpandVolume({
        volume_id: 'never-existed',
        volume_path: '/nowhere',
        capacity_range: { required_bytes: -1 },
      });
      await refused(call, 'INVALID_ARGUMENT', /capacity_range\.required_bytes/);
    });
  });
});
