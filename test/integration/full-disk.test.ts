import { readdirSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import type { CreateVolumeRequest } from '../../src/csi/generated/csi/v1/CreateVolumeRequest.js';
import type { VolumeCapability } from '../../src/csi/generated/csi/v1/VolumeCapability.js';
import { mountsBelow, scratch, type Scratch } from '../host/scratch.js';
import { refusedKeepingAll } from './controller-state.js';
import { withDrivers, type RunningDriver } from './drivers.js';
import { eventually } from './eventually.js';
import { newSnapshot } from './new-snapshot.js';
import { newVolume } from './new-volume.js';
import { refused } from './refusal.js';
import { mountCapability } from './test-volume.js';

describe('a pool whose disk is full', () => {
  const drivers = withDrivers();
  let disk: Scratch | undefined;
  let driver: RunningDriver;
  let volume_id = '';

  beforeEach(async () => {
    disk = scratch('private', '64k');
    const poolDir = disk.root;
    driver = await drivers.start(`driver of ${poolDir.slice(-6)}`, { poolDir });
    ({ volume_id } = await newVolume(driver.client));
    expect(() => writeFileSync(ballast(), 'x'.repeat(2 ** 17))).to.throw('ENOSPC');
  });
  afterEach(async () => {
    await driver.stop();
    disk?.remove();
  });

  /** A file that fills the disk. */
  const ballast = (): string => join(driver.options.poolDir, 'ballast');

  it('CreateVolume: RESOURCE_EXHAUSTED, with nothing left; OK once there is room', async () => {
    const create = () => newVolume(driver.client, { name: 'later' });
    await refusedKeepingAll(driver, create, 'RESOURCE_EXHAUSTED', /disk/);
    rmSync(ballast());
    await create();
  });

  it('ControllerExpandVolume: RESOURCE_EXHAUSTED, the size as before; OK once there is room', async () => {
    const capacity_range = { required_bytes: String(2n ** 31n) };
    const grow = () =>
      driver.client.controller.ControllerExpandVolume({ volume_id, capacity_range });
    await refusedKeepingAll(driver, grow, 'RESOURCE_EXHAUSTED', /disk/);
    rmSync(ballast());
    expect((await grow()).capacity_bytes).to.equal(String(2n ** 31n));
  });

  it('DeleteVolume: OK', async () => {
    await driver.client.controller.DeleteVolume({ volume_id });
    expect((await driver.client.controller.ListVolumes({})).entries).to.deep.equal([]);
  });
});

describe('a pool whose disk fills up in the middle of a copy', () => {
  const drivers = withDrivers();
  let disk: Scratch | undefined;
  let driver: RunningDriver;

  beforeEach(async () => {
    disk = scratch('private', '16m');
    const poolDir = disk.root;
    driver = await drivers.start(`driver of ${poolDir.slice(-6)}`, { poolDir });
  });
  afterEach(async () => {
    await driver.stop();
    disk?.remove();
  });

  const BLOCK = { access_mode: { mode: 'SINGLE_NODE_WRITER' }, block: {} } as const;
  const SOURCES: [what: string, request: CreateVolumeRequest, file: string][] = [
    ['a directory', {}, 'data/file'],
    [
      'an image',
      { volume_capabilities: [BLOCK], capacity_range: { required_bytes: String(2 ** 24) } },
      'image',
    ],
  ];
  for (const [what, request, file] of SOURCES) {
    it(`of ${what}: RESOURCE_EXHAUSTED, with nothing left; OK once there is room`, async () => {
      const { volume_id } = await newVolume(driver.client, request);
      const path = join(driver.options.poolDir, 'volumes', volume_id, file);
      writeFileSync(path, Buffer.alloc(10 * 2 ** 20, 'x'), { flag: file === 'image' ? 'r+' : 'w' });
      const volume_content_source = { volume: { volume_id } };
      const cut = () => newSnapshot(driver.client, volume_id, { name: 'cut' });
      const clone = () => newVolume(driver.client, { ...request, volume_content_source });
      for (const act of [cut, clone]) {
        await refusedKeepingAll(driver, act, 'RESOURCE_EXHAUSTED', /disk of the pool .* is full/);
      }
      truncateSync(path, 2 ** 20);
      if (file === 'image') truncateSync(path, 2 ** 24);
      await cut();
      await clone();
    });
  }
});

describe('a state directory whose disk is full', () => {
  const drivers = withDrivers();
  let disk: Scratch | undefined;
  let driver: RunningDriver;
  let ids: { volume_id: string; volume_capability: VolumeCapability };

  const ballast = (): string => join(driver.options.stateDir, 'ballast');
  const attach = () =>
    driver.client.controller.ControllerPublishVolume({ ...ids, node_id: 'node-1' });
  const stage = () =>
    driver.client.node.NodeStageVolume({
      ...ids,
      staging_target_path: drivers.scratch.make('staging'),
    });
  const CALLS: [name: string, act: () => Promise<unknown>][] = [
    ['CreateVolume', () => newVolume(driver.client, { name: 'later' })],
    ['ControllerPublishVolume', attach],
    ['NodeStageVolume', stage],
  ];

  before(async () => {
    disk = scratch('private', '1m');
    const poolDir = drivers.scratch.make('pool');
    driver = await drivers.start('state', { stateDir: disk.root, poolDir, lifecycle: 'warn' });
    const { volume_id } = await newVolume(driver.client);
    ids = { volume_id, volume_capability: mountCapability('SINGLE_NODE_WRITER') };
    expect(() => writeFileSync(ballast(), 'x'.repeat(2 ** 20))).to.throw('ENOSPC');
    // What was allocated already takes some more.
    const fill = async () => {
      for (let count = 0; count < 1000; count += 1) await newVolume(driver.client);
    };
    await refused(fill(), 'RESOURCE_EXHAUSTED', /disk of the state directory is full/);
  });
  after(async () => {
    await driver.stop();
    disk?.remove();
  });

  for (const [name, act] of CALLS) {
    it(`${name}: RESOURCE_EXHAUSTED, with all kept`, async () => {
      const before = await driver.client.controller.ListVolumes({});
      await refused(act(), 'RESOURCE_EXHAUSTED', /disk of the state directory is full/);
      expect(await driver.client.controller.ListVolumes({})).to.deep.equal(before);
      expect(mountsBelow(drivers.scratch.path('staging'))).to.deep.equal([]);
    });
  }

  it('DeleteVolume: OK, for it makes room', async () => {
    const { ListVolumes, DeleteVolume } = driver.client.controller;
    const before = await ListVolumes({});
    const other = before.entries.find(({ volume }) => volume?.volume_id !== ids.volume_id);
    const volume_id = other?.volume?.volume_id ?? '';
    await DeleteVolume({ volume_id });
    const { entries } = await ListVolumes({});
    expect(entries).to.deep.equal(before.entries.filter((entry) => entry !== other));
  });

  it('all of them OK once there is room', async () => {
    rmSync(ballast());
    for (const [, act] of CALLS) await act();
    const { node, controller } = driver.client;
    const staging_target_path = drivers.scratch.path('staging');
    await node.NodeUnstageVolume({ volume_id: ids.volume_id, staging_target_path });
    await controller.ControllerUnpublishVolume({ volume_id: ids.volume_id });
    await controller.DeleteVolume({ volume_id: ids.volume_id });
    const incoming = join(driver.options.poolDir, 'incoming');
    await eventually(() => expect(readdirSync(incoming)).to.deep.equal([]));
  });
});
