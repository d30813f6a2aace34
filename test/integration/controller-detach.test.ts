import { expect } from 'chai';
import { refusedKeepingAll } from './controller-state.js';
import { newVolume } from './new-volume.js';
import { withSplitShape } from './split-shape.js';
import { mountCapability } from './test-volume.js';

describe('ControllerUnpublishVolume', () => {
  const nodes = ['node-1', 'node-2', 'node-3'];
  const shape = withSplitShape(nodes);
  const volume_capability = mountCapability('MULTI_NODE_MULTI_WRITER');
  let volume_id = '';

  /** The nodes where the volume is controller-published. */
  async function published(): Promise<readonly string[]> {
    const { status } = await shape.controller.ControllerGetVolume({ volume_id });
    return status?.published_node_ids ?? [];
  }

  beforeEach(async () => {
    const volume = await newVolume(shape.client, { volume_capabilities: [volume_capability] });
    ({ volume_id } = volume);
    for (const node_id of nodes) {
      await shape.controller.ControllerPublishVolume({ volume_id, node_id, volume_capability });
    }
  });

  const cases: [string, string, string[]][] = [
    ['one node', 'node-2', ['node-1', 'node-3']],
    ['all nodes, when none is named', '', []],
    ['a node that is not known', 'node-4', nodes],
    ['a node id that climbs', '../nodes/node-1', nodes],
  ];
  for (const [title, node_id, left] of cases) {
    it(`${title}: OK, also again and after a restart`, async () => {
      const secrets = { password: 's3cret' };
      await shape.controller.ControllerUnpublishVolume({ volume_id, node_id, secrets });
      expect(await published()).to.deep.equal(left);
      await shape.controller.ControllerUnpublishVolume({ volume_id, node_id });
      await shape.restartController();
      expect(await published()).to.deep.equal(left);
    });
  }

  it('of a volume that never was, or is no more: OK', async () => {
    await shape.controller.ControllerUnpublishVolume({ volume_id });
    await shape.controller.DeleteVolume({ volume_id });
    for (const gone of [volume_id, 'vol-1', '../../x']) {
      for (const node_id of ['node-1', 'node-4', '']) {
        await shape.controller.ControllerUnpublishVolume({ volume_id: gone, node_id });
      }
    }
  });

  it('without volume_id: INVALID_ARGUMENT', () => {
    const detach = () => shape.controller.ControllerUnpublishVolume({ node_id: 'node-1' });
    return refusedKeepingAll(shape, detach, 'INVALID_ARGUMENT', /^volume_id is required/);
  });
  it('a node id that no node could have: INVALID_ARGUMENT', () => {
    const node_id = 'x'.repeat(257);
    const detach = () => shape.controller.ControllerUnpublishVolume({ volume_id, node_id });
    return refusedKeepingAll(shape, detach, 'INVALID_ARGUMENT', /^node_id must not exceed/);
  });

  it('DeleteVolume before it: FAILED_PRECONDITION that names the nodes', async () => {
    await shape.controller.ControllerUnpublishVolume({ volume_id, node_id: 'node-2' });
    const remove = () => shape.controller.DeleteVolume({ volume_id });
    await refusedKeepingAll(shape, remove, 'FAILED_PRECONDITION', /node-1, node-3:/);
    await shape.controller.ControllerUnpublishVolume({ volume_id });
    await remove();
  });
});
