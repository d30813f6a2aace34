import { chownSync, existsSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { connect, type Client } from '../../src/csi/client.js';
import { createDriver, type Driver } from '../../src/index.js';
import { MNT_DETACH, umount2 } from '../../src/host/syscalls.js';
import { NOBODY } from '../host/nobody.js';
import { isRoot, mountsBelow, scratch, type Scratch } from '../host/scratch.js';
import {
  AS_NOBODY,
  driverCommand,
  startDriverProcess,
  type DriverProcess,
} from './driver-process.js';
import { eventually } from './eventually.js';
import { inlineContext, inlineTraces, inlineVolume } from './inline-volume.js';
import { refused } from './refusal.js';
import { withSplitShape } from './split-shape.js';
import { mountCapability } from './test-volume.js';

describe('inline volumes of a node plugin that shares a pool', () => {
  const shape = withSplitShape(['node-a']);
  const stateDir = () => shape.scratch.path('node-a');
  /** What is in a directory of the pool, which the first use makes. */
  const inPool = (name: string) => {
    const path = shape.scratch.path('pool', name);
    return existsSync(path) ? readdirSync(path) : [];
  };

  it('are in its own state directory, and unknown to the controller', async () => {
    const volume = inlineVolume(shape.scratch, () => shape.node('node-a'));
    await volume.publish('a');
    expect(inlineTraces(stateDir(), 'node-a')).to.deep.equal([`volumes/${volume.id}`]);
    expect([...inPool('volumes'), ...inPool('uses')]).to.deep.equal([]);
    expect((await shape.controller.ListVolumes({})).entries).to.deep.equal([]);
    await shape.startNode('node-a');
    await volume.publish('a');
    expect((await volume.stats('a')).usage).to.have.lengthOf(2);
    await volume.unpublish('a');
    await volume.unpublish('a');
    expect(inlineTraces(stateDir(), 'node-a')).to.deep.equal([]);
    expect(inPool('uses')).to.deep.equal([]);
  });

  it('leave no mark in the pool, whatever their id', async () => {
    const before = readdirSync(shape.scratch.root);
    const volume = inlineVolume(
      shape.scratch,
      () => shape.node('node-a'),
      'SINGLE_NODE_WRITER',
      '../../x',
    );
    await volume.publish('a');
    await volume.unpublish('a');
    expect(inPool('uses')).to.deep.equal([]);
    expect(readdirSync(shape.scratch.root)).to.have.lengthOf(before.length + 1);
  });

  it('stay where they are mounted when the store of the node was lost', async () => {
    const volume = inlineVolume(shape.scratch, () => shape.node('node-a'));
    await volume.publish('a');
    const file = join(volume.target('a'), 'file');
    writeFileSync(file, 'data');
    await shape.stopNode('node-a');
    rmSync(shape.scratch.path('node-a', 'store'), { recursive: true });
    await shape.startNode('node-a');
    expect(readFileSync(file, 'utf8')).to.equal('data');
    await volume.unpublish('a');
    expect(inlineTraces(stateDir(), 'node-a')).to.deep.equal([]);
  });

  it('do not keep the node from starting where power loss has damaged them', async () => {
    const volume = inlineVolume(shape.scratch, () => shape.node('node-a'));
    await volume.publish('a');
    await shape.stopNode('node-a');
    umount2(volume.target('a'), MNT_DETACH);
    const name = `${stateDir()}/inline/node-a/volumes/${volume.id}/volume.json`;
    writeFileSync(name, '');
    await shape.startNode('node-a');
    await volume.unpublish('a');
    await eventually(() => expect(inlineTraces(stateDir(), 'node-a')).to.deep.equal([]));
  });

  it('have no id of a volume of the controller: INVALID_ARGUMENT', async () => {
    const volume_capability = mountCapability('SINGLE_NODE_WRITER');
    const { volume } = await shape.controller.CreateVolume({
      name: 'v',
      volume_capabilities: [volume_capability],
    });
    const volume_id = volume?.volume_id ?? '';
    const inline = inlineVolume(shape.scratch, () => shape.node('node-a'));
    await refused(inline.publish('a', { volume_id }), 'INVALID_ARGUMENT', /of the controller/);
    await shape.controller.DeleteVolume({ volume_id });
  });
});

describe('inline volumes of several nodes in one process', () => {
  let place: Scratch;
  let driver: Driver | undefined;
  const clients: Client[] = [];

  before(async function () {
    if (!isRoot) this.skip();
    place = scratch();
    driver = createDriver({
      stateDir: place.path('state'),
      nodeId: 'n',
      nodes: 2,
      logLevel: 'silent',
      sync: 'never',
    });
    await driver.start();
    for (const { endpoint, nodeId } of driver.sockets) {
      if (nodeId !== undefined) clients.push(connect(endpoint));
    }
  });
  after(async () => {
    for (const client of clients) client.close();
    await driver?.stop();
    if (isRoot) place.remove();
  });

  it('are of one node each, even with one id', async () => {
    const [one, other] = clients.map((client) =>
      inlineVolume(place, () => client.node, 'SINGLE_NODE_SINGLE_WRITER', 'same'),
    );
    if (one === undefined || other === undefined) throw new Error('there are two nodes');
    await one.publish('a');
    await other.publish('a');
    await one.unpublish('a');
    expect(inlineTraces(place.path('state'), 'n-1')).to.deep.equal([]);
    expect(inlineTraces(place.path('state'), 'n-2')).to.deep.equal(['volumes/same']);
    await other.unpublish('a');
    expect(inlineTraces(place.path('state'), 'n-2')).to.deep.equal([]);
  });
});

describe('inline volumes of a driver whose user may not mount', () => {
  let place: Scratch;
  let driver: DriverProcess | undefined;

  before(function () {
    if (!isRoot) this.skip();
    place = scratch();
    for (const name of ['state', 'targets']) chownSync(place.make(name), NOBODY, NOBODY);
  });
  afterEach(async () => {
    await driver?.stop('SIGTERM');
    driver = undefined;
  });
  after(() => {
    if (isRoot) place.remove();
  });

  async function start(): Promise<DriverProcess> {
    const stateDir = place.path('state');
    const command = driverCommand(stateDir, '--volume-mount-group');
    driver = await startDriverProcess(stateDir, command, AS_NOBODY);
    return driver;
  }

  function mountPoints(): string[] {
    return mountsBelow(place.root, driver?.pid ?? 'self')
      .map((line) => line.split(' ')[4] ?? '')
      .filter((path) => path !== place.root);
  }

  it('are mounted again after kill -9, with their data, and go with the last publication', async () => {
    const request = {
      volume_id: 'csi-1',
      target_path: place.path('targets', 'a'),
      volume_capability: mountCapability('SINGLE_NODE_WRITER'),
      volume_context: inlineContext(),
    };
    const first = await start();
    await first.client.node.NodePublishVolume(request);
    const data = place.path('state', 'inline', 'node-1', 'volumes', 'csi-1', 'data');
    writeFileSync(join(data, 'file'), 'data');
    await first.stop('SIGKILL');
    const second = await start();
    const again = second.client.node;
    expect(mountPoints()).to.deep.equal([request.target_path]);
    expect(readdirSync(data)).to.deep.equal(['file']);
    await again.NodePublishVolume(request);
    const many = { ...request, target_path: place.path('targets', 'b') };
    await refused(again.NodePublishVolume(many), 'FAILED_PRECONDITION', /one target/);
    await again.NodeUnpublishVolume(request);
    await eventually(() => expect(inlineTraces(place.path('state'))).to.deep.equal([]));
    await second.stop('SIGTERM');
  });

  it('cannot be given to a group of others: FAILED_PRECONDITION, and nothing is left', async () => {
    const { node } = (await start()).client;
    const request = {
      volume_id: 'csi-2',
      target_path: place.path('targets', 'a'),
      volume_capability: mountCapability('SINGLE_NODE_WRITER', { volume_mount_group: '4711' }),
      volume_context: inlineContext(),
    };
    const words = /cannot be given to volume_mount_group 4711/;
    await refused(node.NodePublishVolume(request), 'FAILED_PRECONDITION', words);
    expect(mountPoints()).to.deep.equal([]);
    expect(inlineTraces(place.path('state'))).to.deep.equal([]);
    expect(readdirSync(place.path('targets'))).to.deep.equal([]);
  });
});
