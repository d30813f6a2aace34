import { expect } from 'chai';
import { needImages } from '../host/images.js';
import { refusedKeepingAll } from './controller-state.js';
import { withDriver } from './driver-under-test.js';
import { newVolume } from './new-volume.js';
import { refused, refusedUnchanged } from './refusal.js';
import { takenDownVolumes } from './takedown.js';
import { creationOf, mountCapability, type TestVolume } from './test-volume.js';

const MODE = 'SINGLE_NODE_WRITER';
/** What the volume, of ext4, was not made with. */
const XFS = mountCapability(MODE, { fs_type: 'xfs' });

describe('another fs_type than a volume of enforced size was made with', () => {
  needImages('ext4');
  const driver = withDriver();
  const volumes = takenDownVolumes(driver, 'ext4');
  let volume: TestVolume;
  beforeEach(async () => {
    volume = await volumes.created(MODE);
  });

  const WORDS = /created with the fs_type ext4 and does not support xfs/;
  const growing = { capacity_range: { required_bytes: String(2 ** 30) }, volume_capability: XFS };

  it('CreateVolume again: ALREADY_EXISTS', async () => {
    const name = 'twice';
    const request = { name, ...creationOf('ext4', [MODE]) };
    const { volume_id } = await newVolume(driver.client, request);
    const again = () => newVolume(driver.client, { ...request, volume_capabilities: [XFS] });
    await refusedKeepingAll(driver, again, 'ALREADY_EXISTS', WORDS);
    await driver.client.controller.DeleteVolume({ volume_id });
  });

  it('ValidateVolumeCapabilities: not confirmed', async () => {
    const request = { volume_id: volume.id, volume_capabilities: [XFS] };
    const answer = await driver.client.controller.ValidateVolumeCapabilities(request);
    expect(answer.confirmed).to.equal(null);
    expect(answer.message).to.match(WORDS);
  });

  it('ControllerPublishVolume: FAILED_PRECONDITION', async () => {
    await refusedKeepingAll(
      driver,
      () => volume.attach({ volume_capability: XFS }),
      'FAILED_PRECONDITION',
      WORDS,
    );
  });

  it('ControllerExpandVolume: INVALID_ARGUMENT', async () => {
    const expand = () =>
      driver.client.controller.ControllerExpandVolume({ volume_id: volume.id, ...growing });
    await refusedKeepingAll(driver, expand, 'INVALID_ARGUMENT', WORDS);
  });

  it('NodeStageVolume: FAILED_PRECONDITION', async () => {
    await volume.attach();
    const stage = () => volume.stage({ volume_capability: XFS });
    await refusedUnchanged(driver, stage, 'FAILED_PRECONDITION', WORDS);
  });

  it('NodePublishVolume: FAILED_PRECONDITION', async () => {
    await volume.attach();
    await volume.stage();
    const publish = () => volume.publish('a', { volume_capability: XFS });
    await refusedUnchanged(driver, publish, 'FAILED_PRECONDITION', WORDS);
  });

  it('NodeExpandVolume: INVALID_ARGUMENT', async () => {
    await volume.attach();
    await volume.stage();
    const request = { volume_id: volume.id, volume_path: volume.stagingPath, ...growing };
    const expand = () => driver.client.node.NodeExpandVolume(request);
    await refused(expand(), 'INVALID_ARGUMENT', WORDS);
  });

  it('none: that of the volume, from every call', async () => {
    const volume_capability = mountCapability(MODE);
    await volume.attach({ volume_capability });
    await volume.stage({ volume_capability });
    await volume.publish('a', { volume_capability });
  });
});
