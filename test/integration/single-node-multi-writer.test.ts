import { expect } from 'chai';
import { mountsBelow } from '../host/scratch.js';
import { refusedKeepingAll } from './controller-state.js';
import { withDriver } from './driver-under-test.js';
import { newVolume } from './new-volume.js';
import { refused } from './refusal.js';
import { createdVolume, mountCapability } from './test-volume.js';

const [SNW, SNSW, SNMW] = [
  mountCapability('SINGLE_NODE_WRITER'),
  mountCapability('SINGLE_NODE_SINGLE_WRITER'),
  mountCapability('SINGLE_NODE_MULTI_WRITER'),
];

describe('SINGLE_NODE_MULTI_WRITER advertised by the controller alone', () => {
  const driver = withDriver({ withoutNodeCapability: ['SINGLE_NODE_MULTI_WRITER'] });

  it('the controller takes the modes, the node does not', async () => {
    const volume = await createdVolume(driver, 'SINGLE_NODE_MULTI_WRITER');
    await volume.attach();
    await refused(volume.stage(), 'INVALID_ARGUMENT', /SINGLE_NODE_MULTI_WRITER/);
    expect(mountsBelow(volume.stagingPath)).to.deep.equal([]);
    await volume.stage({ volume_capability: SNW });
    for (const volume_capability of [SNSW, SNMW]) {
      await refused(volume.publish('a', { volume_capability }), 'INVALID_ARGUMENT', /_WRITER/);
    }
  });

  it('a volume of SINGLE_NODE_MULTI_WRITER has one target on a node, as the node knows no better', async () => {
    const volume = await createdVolume(driver, 'SINGLE_NODE_MULTI_WRITER');
    await volume.attach();
    await volume.stage({ volume_capability: SNW });
    await volume.publish('a', { volume_capability: SNW });
    const second = volume.publish('b', { volume_capability: SNW });
    await refused(second, 'FAILED_PRECONDITION', /one target path/);
  });
});

describe('SINGLE_NODE_MULTI_WRITER advertised by the node alone', () => {
  const driver = withDriver({ withoutControllerCapability: ['SINGLE_NODE_MULTI_WRITER'] });

  it('the controller does not take the modes', async () => {
    const volume = await createdVolume(driver, 'SINGLE_NODE_WRITER');
    const ids = { volume_id: volume.id, node_id: driver.nodeId };
    const { controller } = driver.client;
    for (const volume_capability of [SNSW, SNMW]) {
      const calls = [
        () => newVolume(driver.client, { volume_capabilities: [volume_capability] }),
        () => controller.ControllerPublishVolume({ ...ids, volume_capability }),
        () => controller.GetCapacity({ volume_capabilities: [volume_capability] }),
        () =>
          controller.ControllerExpandVolume({
            ...ids,
            volume_capability,
            capacity_range: { required_bytes: String(2n ** 31n) },
          }),
      ];
      for (const call of calls) {
        await refusedKeepingAll(driver, call, 'INVALID_ARGUMENT', /not advertised/);
      }
      const asked = { volume_id: volume.id, volume_capabilities: [volume_capability] };
      const { confirmed, message } = await controller.ValidateVolumeCapabilities(asked);
      expect(confirmed).to.equal(null);
      expect(message).to.include('not advertised');
    }
  });

  it('the node takes them for a volume of SINGLE_NODE_WRITER: many targets of the one mode', async () => {
    const volume = await createdVolume(driver, 'SINGLE_NODE_WRITER');
    await volume.attach();
    await volume.stage({ volume_capability: SNMW });
    for (const target of ['a', 'b', 'c']) await volume.publish(target, { volume_capability: SNMW });
    expect(mountsBelow(volume.target('c'))).to.have.lengthOf(1);
  });

  it('the node takes them for a volume of SINGLE_NODE_WRITER: one target of the other', async () => {
    const volume = await createdVolume(driver, 'SINGLE_NODE_WRITER');
    await volume.attach();
    await volume.stage({ volume_capability: SNSW });
    await volume.publish('a', { volume_capability: SNSW });
    const second = volume.publish('b', { volume_capability: SNSW });
    await refused(second, 'FAILED_PRECONDITION', /SINGLE_NODE_SINGLE_WRITER/);
  });
});
