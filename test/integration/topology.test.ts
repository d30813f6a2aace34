import { expect } from 'chai';
import type { TopologyRequirement } from '../../src/csi/generated/csi/v1/TopologyRequirement.js';
import { refusedKeepingAll } from './controller-state.js';
import { withDriver } from './driver-under-test.js';
import { createRequest, newVolume } from './new-volume.js';
import { withSplitShape } from './split-shape.js';

const NODE = 'topology.mock.csi.test/node';
const ZONE = 'topology.mock.csi.test/zone';
const at = (segments: Record<string, string>) => ({ segments });

describe('a node in a zone', () => {
  const driver = withDriver({ topologySegment: { zone: 'z1' } });
  const here = at({ [NODE]: 'node-1', [ZONE]: 'z1' });
  const beside = at({ [NODE]: 'node-2', [ZONE]: 'z1' });

  it('NodeGetInfo, CreateVolume, ControllerGetVolume and ListVolumes tell both', async () => {
    const { node, controller } = driver.client;
    expect((await node.NodeGetInfo({})).accessible_topology).to.deep.equal(here);
    const { volume_id, accessible_topology } = await newVolume(driver.client);
    const got = await controller.ControllerGetVolume({ volume_id });
    const { entries } = await controller.ListVolumes({});
    const listed = entries.find(({ volume }) => volume?.volume_id === volume_id);
    for (const topology of [
      accessible_topology,
      got.volume?.accessible_topology,
      listed?.volume?.accessible_topology,
    ]) {
      expect(topology).to.deep.equal([here]);
    }
  });

  const met: [string, TopologyRequirement][] = [
    [
      'the node that the scheduler chose (strict topology)',
      { requisite: [here], preferred: [here] },
    ],
    [
      'all nodes, this one preferred (delayed binding)',
      { requisite: [beside, here], preferred: [here, beside] },
    ],
    [
      'all nodes, another one preferred (immediate binding)',
      { requisite: [here, beside], preferred: [beside, here] },
    ],
    [
      'the zone alone (allowedTopologies of a StorageClass)',
      { requisite: [at({ [ZONE]: 'z1' })], preferred: [at({ [ZONE]: 'z1' })] },
    ],
    ['the node alone, as before it was in a zone', { requisite: [at({ [NODE]: 'node-1' })] }],
    ['a key in another case', { requisite: [at({ [ZONE.toUpperCase()]: 'z1' })] }],
    ['preferred alone, which it is not', { preferred: [beside] }],
  ];
  for (const [title, accessibility_requirements] of met) {
    it(`${title}: OK, here, and the same volume when repeated`, async () => {
      const request = createRequest({ accessibility_requirements });
      const volume = await newVolume(driver.client, request);
      expect(volume.accessible_topology).to.deep.equal([here]);
      expect(await newVolume(driver.client, request)).to.deep.equal(volume);
    });
  }

  const unmet: [string, TopologyRequirement][] = [
    ['another node of the zone', { requisite: [beside] }],
    ['another zone', { requisite: [at({ [ZONE]: 'z2' })] }],
    ['this node in another zone', { requisite: [at({ [NODE]: 'node-1', [ZONE]: 'z2' })] }],
    ['a key that is not its', { requisite: [at({ 'topology.mock.csi.test/rack': 'r1' })] }],
  ];
  for (const [title, accessibility_requirements] of unmet) {
    it(`${title}: RESOURCE_EXHAUSTED that names what there is`, () => {
      const create = () => newVolume(driver.client, createRequest({ accessibility_requirements }));
      return refusedKeepingAll(driver, create, 'RESOURCE_EXHAUSTED', /node=node-1,.*zone=z1/);
    });
  }

  for (const [title, segments, there] of [
    ['its own', here.segments, true],
    ['its zone', { [ZONE]: 'z1' }, true],
    ['another node', beside.segments, false],
    ['another zone', { [ZONE]: 'z2' }, false],
  ] as const) {
    it(`GetCapacity for ${title}: ${there ? 'some' : 'none, and no volume of any size'}`, async () => {
      const answer = await driver.client.controller.GetCapacity({
        accessible_topology: at(segments),
      });
      expect(answer.available_capacity !== '0').to.equal(there);
      expect(answer.maximum_volume_size?.value !== '0').to.equal(there);
    });
  }
});

describe('the topology of a pool that nodes share', () => {
  const shape = withSplitShape(['node-1'], { topology: true });

  it('volumes are reached from everywhere, whatever is required', async () => {
    const requisite = [at({ [NODE]: 'node-7' })];
    const request = createRequest({ accessibility_requirements: { requisite } });
    expect((await newVolume(shape.client, request)).accessible_topology).to.deep.equal([]);
    const { accessible_topology } = await shape.node('node-1').NodeGetInfo({});
    expect(accessible_topology).to.deep.equal(at({ [NODE]: 'node-1' }));
  });

  it('with segments for the controller: from the nodes that have them', async () => {
    const topologySegment = { zone: 'z1' };
    await shape.startNode('node-1', { topologySegment });
    await shape.restartController({ topologySegment });
    const node = (await shape.node('node-1').NodeGetInfo({})).accessible_topology;
    expect(node).to.deep.equal(at({ [NODE]: 'node-1', [ZONE]: 'z1' }));
    const requisite = node === null ? [] : [node];
    const request = createRequest({ accessibility_requirements: { requisite } });
    const { accessible_topology } = await newVolume(shape.client, request);
    expect(accessible_topology).to.deep.equal([at({ [ZONE]: 'z1' })]);
  });
});
