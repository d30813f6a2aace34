import { expect } from 'chai';
import type { Client } from '../../src/csi/client.js';
import {
  CONTROLLER_CAPABILITIES,
  NODE_CAPABILITIES,
  type ControllerCapability,
  type NodeCapability,
} from '../../src/model/service-capability.js';
import { withDriver } from './driver-under-test.js';
import { refused } from './refusal.js';

type ControllerRpc = keyof Client['controller'];
type NodeRpc = keyof Client['node'];

/** What an empty request gets where the RPC is served. */
const SERVED = /is required/;

const CONTROLLER_RPCS: Record<ControllerCapability, readonly ControllerRpc[]> = {
  CREATE_DELETE_VOLUME: ['CreateVolume', 'DeleteVolume'],
  PUBLISH_UNPUBLISH_VOLUME: ['ControllerPublishVolume', 'ControllerUnpublishVolume'],
  LIST_VOLUMES: ['ListVolumes'],
  GET_CAPACITY: ['GetCapacity'],
  CREATE_DELETE_SNAPSHOT: ['CreateSnapshot', 'DeleteSnapshot'],
  LIST_SNAPSHOTS: ['ListSnapshots'],
  CLONE_VOLUME: [],
  PUBLISH_READONLY: [],
  EXPAND_VOLUME: ['ControllerExpandVolume'],
  LIST_VOLUMES_PUBLISHED_NODES: [],
  VOLUME_CONDITION: [],
  GET_VOLUME: ['ControllerGetVolume'],
  SINGLE_NODE_MULTI_WRITER: [],
};

/** Capabilities that go with another one. */
const GOES_WITH: Partial<Record<ControllerCapability, readonly ControllerCapability[]>> = {
  PUBLISH_UNPUBLISH_VOLUME: ['PUBLISH_READONLY', 'LIST_VOLUMES_PUBLISHED_NODES'],
  LIST_VOLUMES: ['LIST_VOLUMES_PUBLISHED_NODES'],
  CREATE_DELETE_VOLUME: ['CLONE_VOLUME'],
};

const NODE_RPCS: Record<NodeCapability, readonly NodeRpc[]> = {
  STAGE_UNSTAGE_VOLUME: ['NodeStageVolume', 'NodeUnstageVolume'],
  // VOLUME_CONDITION alone calls for NodeGetVolumeStats too.
  GET_VOLUME_STATS: [],
  EXPAND_VOLUME: ['NodeExpandVolume'],
  VOLUME_CONDITION: [],
  SINGLE_NODE_MULTI_WRITER: [],
  VOLUME_MOUNT_GROUP: [],
};

const ALWAYS_SERVED: readonly (ControllerRpc | NodeRpc)[] = [
  'ValidateVolumeCapabilities',
  'ControllerGetCapabilities',
  'NodePublishVolume',
  'NodeUnpublishVolume',
  'NodeGetCapabilities',
  'NodeGetInfo',
];

describe('what is advertised', () => {
  const driver = withDriver();

  async function advertised(): Promise<{ controller: unknown[]; node: unknown[] }> {
    const { controller, node } = driver.client;
    const ofController = await controller.ControllerGetCapabilities({});
    const ofNode = await node.NodeGetCapabilities({});
    return {
      controller: ofController.capabilities.map(({ rpc }) => rpc?.type),
      node: ofNode.capabilities.map(({ rpc }) => rpc?.type),
    };
  }

  /** Calls every RPC with an empty request and expects exactly these to be UNIMPLEMENTED. */
  async function expectUnimplemented(rpcs: readonly string[]): Promise<void> {
    const { controller, node } = driver.client;
    for (const [rpc, call] of [...Object.entries(controller), ...Object.entries(node)]) {
      const outcome: unknown = await call({}).catch((error: unknown) => error);
      if (rpcs.includes(rpc)) {
        expect(outcome, rpc).to.have.property('code', 'UNIMPLEMENTED');
        expect(outcome, rpc).to.have.property('message').that.includes(rpc);
      } else {
        expect(outcome, rpc).not.to.have.property('code', 'UNIMPLEMENTED');
      }
    }
  }

  it('by default: all, in the order of the spec', async () => {
    await driver.restart();
    expect(await advertised()).to.deep.equal({
      controller: [...CONTROLLER_CAPABILITIES],
      node: [...NODE_CAPABILITIES],
    });
    await expectUnimplemented([]);
  });

  for (const dropped of CONTROLLER_CAPABILITIES) {
    const gone = [dropped, ...(GOES_WITH[dropped] ?? [])];
    it(`the controller without ${dropped}: ${gone.join(', ')} not advertised, the RPCs UNIMPLEMENTED`, async () => {
      await driver.restart({ withoutControllerCapability: [dropped] });
      expect(await advertised()).to.deep.equal({
        controller: CONTROLLER_CAPABILITIES.filter((each) => !gone.includes(each)),
        node: [...NODE_CAPABILITIES],
      });
      await expectUnimplemented(CONTROLLER_RPCS[dropped]);
    });
  }

  for (const dropped of NODE_CAPABILITIES) {
    it(`the node without ${dropped}: it alone not advertised, the RPCs UNIMPLEMENTED`, async () => {
      await driver.restart({ withoutNodeCapability: [dropped] });
      expect(await advertised()).to.deep.equal({
        controller: [...CONTROLLER_CAPABILITIES],
        node: NODE_CAPABILITIES.filter((each) => each !== dropped),
      });
      await expectUnimplemented(NODE_RPCS[dropped]);
    });
  }

  it('the node with neither GET_VOLUME_STATS nor VOLUME_CONDITION: NodeGetVolumeStats is UNIMPLEMENTED', async () => {
    await driver.restart({ withoutNodeCapability: ['GET_VOLUME_STATS', 'VOLUME_CONDITION'] });
    await refused(driver.client.node.NodeGetVolumeStats({}), 'UNIMPLEMENTED');
  });

  it('without any: the RPCs that every plugin has are served', async () => {
    await driver.restart({
      withoutControllerCapability: [...CONTROLLER_CAPABILITIES],
      withoutNodeCapability: [...NODE_CAPABILITIES],
    });
    expect(await advertised()).to.deep.equal({ controller: [], node: [] });
    const all = [...Object.keys(driver.client.controller), ...Object.keys(driver.client.node)];
    await expectUnimplemented(all.filter((rpc) => !ALWAYS_SERVED.some((each) => each === rpc)));
  });

  it('attach off is PUBLISH_UNPUBLISH_VOLUME off', async () => {
    await driver.restart({ attach: false });
    const { controller } = await advertised();
    expect(controller).not.to.include('PUBLISH_UNPUBLISH_VOLUME');
    await refused(driver.client.controller.ControllerPublishVolume({}), 'UNIMPLEMENTED');
  });

  it('a service that is not served is UNIMPLEMENTED', async () => {
    await driver.restart({ services: ['node'] });
    await refused(driver.client.controller.ControllerGetCapabilities({}), 'UNIMPLEMENTED');
    await refused(driver.client.node.NodePublishVolume({}), 'INVALID_ARGUMENT', SERVED);
    await driver.restart({ services: ['controller'] });
    await refused(driver.client.node.NodeGetInfo({}), 'UNIMPLEMENTED');
    await refused(driver.client.controller.CreateVolume({}), 'INVALID_ARGUMENT', SERVED);
  });
});
