import { expect } from 'chai';
import { refusedKeepingAll } from './controller-state.js';
import { withDriver } from './driver-under-test.js';
import { refused } from './refusal.js';
import { takenDownVolumes } from './takedown.js';

const Gi = 2n ** 30n;
const MODE = 'SINGLE_NODE_MULTI_WRITER';
const range = (gibibytes: bigint) => ({ required_bytes: String(gibibytes * Gi) });

describe('a plugin that expands volumes offline', () => {
  const driver = withDriver({ volumeExpansion: 'offline', maxVolumeSize: '10Gi' });
  const volumes = takenDownVolumes(driver);
  const expand = (volume_id: string, gibibytes: bigint) =>
    driver.client.controller.ControllerExpandVolume({
      volume_id,
      capacity_range: range(gibibytes),
    });

  it('says so', async () => {
    const { capabilities } = await driver.client.identity.GetPluginCapabilities({});
    expect(capabilities.map(({ volume_expansion }) => volume_expansion?.type)).to.include(
      'OFFLINE',
    );
  });

  it('a volume that is nowhere grows, and the node finishes that once it is staged', async () => {
    const volume = await volumes.created(MODE);
    const answer = await expand(volume.id, 2n);
    expect(answer).to.deep.equal({
      capacity_bytes: String(2n * Gi),
      node_expansion_required: true,
    });
    await volume.attach();
    await volume.stage();
    const onNode = await driver.client.node.NodeExpandVolume({
      volume_id: volume.id,
      volume_path: volume.stagingPath,
      capacity_range: range(2n),
    });
    expect(onNode).to.deep.equal({ capacity_bytes: String(2n * Gi) });
  });

  it('a volume that is controller-published: FAILED_PRECONDITION that names the node', async () => {
    const volume = await volumes.created(MODE);
    await volume.attach();
    const grow = () => expand(volume.id, 2n);
    await refusedKeepingAll(driver, grow, 'FAILED_PRECONDITION', /node-1, .* offline only/);
    await volume.detach();
    await grow();
  });

  it('a volume that is mounted on a node although it was detached: FAILED_PRECONDITION', async () => {
    const volume = await volumes.staged(MODE);
    await volume.detach();
    const grow = () => expand(volume.id, 2n);
    await refusedKeepingAll(driver, grow, 'FAILED_PRECONDITION', /in use on node-1 at .*staging/);
    await volume.unstage();
    await grow();
  });

  it('in use, to a size that it has already: OK, as a CO may repeat what was answered', async () => {
    const volume = await volumes.created(MODE);
    await expand(volume.id, 2n);
    await volume.attach();
    for (const size of [2n, 1n]) {
      expect(await expand(volume.id, size)).to.have.property('capacity_bytes', String(2n * Gi));
    }
  });

  it('in use, beyond the largest size: OUT_OF_RANGE, which waiting does not mend', async () => {
    const volume = await volumes.created(MODE);
    await volume.attach();
    await refused(expand(volume.id, 11n), 'OUT_OF_RANGE', /at most/);
  });

  it('the node does not grow what the controller has not', async () => {
    const volume = await volumes.staged(MODE);
    const call = driver.client.node.NodeExpandVolume({
      volume_id: volume.id,
      volume_path: volume.stagingPath,
      capacity_range: range(2n),
    });
    await refused(call, 'OUT_OF_RANGE', /ControllerExpandVolume comes first/);
  });

  it('without attach, what counts is what nodes have', async () => {
    await driver.restart({ attach: false });
    const volume = await volumes.created(MODE);
    await volume.stage();
    await refused(expand(volume.id, 2n), 'FAILED_PRECONDITION', /in use on node-1/);
    await volume.unstage();
    await expand(volume.id, 2n);
  });
});

describe('a plugin that expands no volumes', () => {
  const driver = withDriver({ volumeExpansion: 'off' });

  it('advertises it nowhere, and answers UNIMPLEMENTED', async () => {
    const { identity, controller, node } = driver.client;
    const { capabilities } = await identity.GetPluginCapabilities({});
    expect(capabilities.filter(({ volume_expansion }) => volume_expansion)).to.deep.equal([]);
    await refused(controller.ControllerExpandVolume({}), 'UNIMPLEMENTED');
    await refused(node.NodeExpandVolume({}), 'UNIMPLEMENTED');
  });
});
