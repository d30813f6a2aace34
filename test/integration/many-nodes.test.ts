import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { connect, type Client } from '../../src/csi/client.js';
import { OptionError } from '../../src/options/option-error.js';
import { createDriver, type Driver, type OptionsInput } from '../../src/index.js';
import { isRoot, scratch, type Scratch } from '../host/scratch.js';
import { rejectionOf } from '../store/rejection.js';
import { createRequest, newVolume } from './new-volume.js';
import { refused } from './refusal.js';
import { mountCapability } from './test-volume.js';

interface Served {
  readonly driver: Driver;
  readonly place: Scratch;
  /** A client of the socket that serves the Controller service. */
  readonly controller: Client;
  /** Clients of the nodes' sockets, by node id. */
  node(nodeId: string): Client;
}

function there<Thing>(thing: Thing | undefined): Thing {
  if (thing === undefined) throw new Error('is not served');
  return thing;
}

/** Serves with options during the tests of a suite. */
function serving(options: OptionsInput): Served {
  let place: Scratch | undefined;
  let driver: Driver | undefined;
  const clients = new Map<string, Client>();
  before(async function () {
    if (!isRoot) this.skip();
    place = scratch();
    driver = createDriver({
      stateDir: place.path('state'),
      nodeId: 'n',
      logLevel: 'silent',
      sync: 'never',
      ...options,
    });
    await driver.start();
    for (const { endpoint, controller, nodeId } of driver.sockets) {
      const client = connect(endpoint);
      if (controller) clients.set('the controller', client);
      if (nodeId !== undefined) clients.set(nodeId, client);
    }
  });
  after(async () => {
    for (const client of clients.values()) client.close();
    await driver?.stop();
    place?.remove();
  });
  return {
    get driver() {
      return there(driver);
    },
    get place() {
      return there(place);
    },
    get controller() {
      return there(clients.get('the controller'));
    },
    node: (nodeId) => there(clients.get(nodeId)),
  };
}

describe('a driver that plays three nodes', () => {
  const served = serving({ nodes: 3 });

  it('has a socket for each beside that of the controller', async () => {
    const state = served.place.path('state');
    expect(served.driver.sockets).to.deep.equal([
      { endpoint: `unix://${state}/csi.sock`, controller: true, nodeId: undefined },
      ...['n-1', 'n-2', 'n-3'].map((nodeId) => ({
        endpoint: `unix://${state}/csi.${nodeId}.sock`,
        controller: false,
        nodeId,
      })),
    ]);
    for (const nodeId of ['n-1', 'n-2', 'n-3']) {
      expect(await served.node(nodeId).node.NodeGetInfo({})).to.have.property('node_id', nodeId);
      expect(await served.node(nodeId).identity.Probe({})).to.have.deep.property('ready', {
        value: true,
      });
    }
  });

  it('serves each service only where it belongs', async () => {
    await refused(served.controller.node.NodeGetInfo({}), 'UNIMPLEMENTED');
    await refused(served.node('n-1').controller.ListVolumes({}), 'UNIMPLEMENTED');
  });

  it('keeps a single-node volume to one node, and shares a multi-node one', async () => {
    const single = await newVolume(served.controller, createRequest());
    const attach = async (
      volume_id: string,
      node_id: string,
      mode: Parameters<typeof mountCapability>[0],
    ) =>
      served.controller.controller.ControllerPublishVolume({
        volume_id,
        node_id,
        volume_capability: mountCapability(mode),
      });
    await attach(single.volume_id, 'n-1', 'SINGLE_NODE_WRITER');
    await refused(
      attach(single.volume_id, 'n-2', 'SINGLE_NODE_WRITER'),
      'FAILED_PRECONDITION',
      /n-1/,
    );
    await refused(attach(single.volume_id, 'n', 'SINGLE_NODE_WRITER'), 'NOT_FOUND', /node n /);

    const mode = 'MULTI_NODE_MULTI_WRITER';
    const capability = mountCapability(mode);
    const { volume_id } = await newVolume(
      served.controller,
      createRequest({ volume_capabilities: [capability] }),
    );
    const target = (nodeId: string) => served.place.path(`${nodeId}-target`);
    for (const nodeId of ['n-1', 'n-2']) {
      await attach(volume_id, nodeId, mode);
      const staging = served.place.make(`${nodeId}-staging`);
      const { node } = served.node(nodeId);
      await node.NodeStageVolume({
        volume_id,
        staging_target_path: staging,
        volume_capability: capability,
      });
      await node.NodePublishVolume({
        volume_id,
        staging_target_path: staging,
        target_path: target(nodeId),
        volume_capability: capability,
      });
    }
    writeFileSync(join(target('n-1'), 'file'), 'from n-1');
    expect(readFileSync(join(target('n-2'), 'file'), 'utf8')).to.equal('from n-1');
    expect(served.driver.volume(volume_id)?.publications.map(({ node }) => node)).to.deep.equal([
      'n-1',
      'n-2',
    ]);
    await refused(
      served.controller.controller.DeleteVolume({ volume_id }),
      'FAILED_PRECONDITION',
      /n-1, n-2/,
    );
    for (const nodeId of ['n-1', 'n-2']) {
      const { node } = served.node(nodeId);
      await node.NodeUnpublishVolume({ volume_id, target_path: target(nodeId) });
      const staging_target_path = served.place.path(`${nodeId}-staging`);
      await node.NodeUnstageVolume({ volume_id, staging_target_path });
      await served.controller.controller.ControllerUnpublishVolume({ volume_id, node_id: nodeId });
    }
    await served.controller.controller.DeleteVolume({ volume_id });
  });

  it('removes all its sockets when it stops', async () => {
    await served.driver.stop();
    for (const { endpoint } of served.driver.sockets) {
      expect(existsSync(endpoint.slice('unix://'.length)), endpoint).to.equal(false);
    }
  });
});

describe('a driver of several nodes with topology', () => {
  const served = serving({ nodes: 2, topology: true });

  it('gives each node a segment, and a volume to the node that is asked for', async () => {
    const topologies = [];
    for (const nodeId of ['n-1', 'n-2']) {
      const { accessible_topology } = await served.node(nodeId).node.NodeGetInfo({});
      topologies.push(accessible_topology);
    }
    expect(topologies).to.deep.equal([
      { segments: { 'topology.mock.csi.test/node': 'n-1' } },
      { segments: { 'topology.mock.csi.test/node': 'n-2' } },
    ]);
    const [, second] = topologies;
    const volume = await newVolume(
      served.controller,
      createRequest({ accessibility_requirements: { requisite: second ? [second] : [] } }),
    );
    expect(volume.accessible_topology).to.deep.equal([second]);
    const { volume_id } = volume;
    const attach = (node_id: string) =>
      served.controller.controller.ControllerPublishVolume({
        volume_id,
        node_id,
        volume_capability: mountCapability('SINGLE_NODE_WRITER'),
      });
    await refused(attach('n-1'), 'FAILED_PRECONDITION', /cannot be reached from node n-1/);
    await attach('n-2');
  });
});

describe('a driver whose controller has an endpoint of its own', () => {
  const served = serving({ controllerEndpoint: '' });

  it('serves both services at one socket unless it is told otherwise', () => {
    expect(served.driver.sockets).to.have.lengthOf(1);
  });

  it('serves each service at its own, and Identity at both', async () => {
    const at = served.place.path;
    const driver = createDriver({
      stateDir: at('other'),
      nodeId: 'n',
      logLevel: 'silent',
      endpoint: `unix://${at('node.sock')}`,
      controllerEndpoint: `unix://${at('controller.sock')}`,
    });
    await driver.start();
    const [node, controller] = [connect(at('node.sock')), connect(at('controller.sock'))];
    try {
      expect(await node.node.NodeGetInfo({})).to.have.property('node_id', 'n');
      expect(await controller.controller.ListVolumes({})).to.have.property('entries');
      await refused(node.controller.ListVolumes({}), 'UNIMPLEMENTED');
      await refused(controller.node.NodeGetInfo({}), 'UNIMPLEMENTED');
      for (const client of [node, controller]) await client.identity.Probe({});
    } finally {
      node.close();
      controller.close();
      await driver.stop();
    }
  });

  it('closes the first when the second is taken, and starts when it is free', async () => {
    const taken = served.driver.sockets[0]?.endpoint ?? '';
    const stateDir = served.place.path('third');
    const endpoint = `unix://${served.place.path('third.sock')}`;
    const common = { stateDir, nodeId: 'n', logLevel: 'silent', endpoint } as const;
    const driver = createDriver({ ...common, controllerEndpoint: taken });
    const error = await rejectionOf(driver.start(), Error);
    expect(error).to.have.property('name', 'ListenError');
    const again = createDriver(common);
    await again.start();
    await again.stop();
  });

  it('is refused where there is only one service to serve', () => {
    expect(() => createDriver({ services: ['node'], controllerEndpoint: '/c.sock' })).to.throw(
      OptionError,
      /controller-endpoint/,
    );
  });
});
