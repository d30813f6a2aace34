import { existsSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { mountsBelow, scratch, type Scratch } from '../host/scratch.js';
import { withDriver } from './driver-under-test.js';
import { withDrivers, type RunningDriver } from './drivers.js';
import { newVolume } from './new-volume.js';
import { refused, refusedUnchanged } from './refusal.js';
import { withSplitShape } from './split-shape.js';
import { splitVolume } from './split-volume.js';
import { takenDownVolumes } from './takedown.js';
import { mountCapability } from './test-volume.js';

describe('paths in the store', () => {
  const driver = withDriver();
  const volumes = takenDownVolumes(driver);
  const inState = (...names: string[]) => join(driver.options.stateDir, ...names);

  it('NodePublishVolume there: FAILED_PRECONDITION, and nothing is made', async () => {
    const volume = await volumes.staged('SINGLE_NODE_MULTI_WRITER');
    const target_path = inState('store', 'target');
    await refusedUnchanged(
      driver,
      () => volume.publish('a', { target_path }),
      'FAILED_PRECONDITION',
      /where the driver keeps data/,
    );
    expect(existsSync(target_path)).to.equal(false);
  });

  it('NodeUnpublishVolume there: FAILED_PRECONDITION, and no file of the store is removed', async () => {
    const volume = await volumes.staged('SINGLE_NODE_MULTI_WRITER');
    const target_path = inState('store', 'LOCK');
    await refused(
      driver.client.node.NodeUnpublishVolume({ volume_id: volume.id, target_path }),
      'FAILED_PRECONDITION',
      /where the driver keeps data/,
    );
    expect(existsSync(target_path)).to.equal(true);
  });
});

describe('a volume that is unpublished while the disk of the state directory is full', () => {
  const drivers = withDrivers();
  let disk: Scratch | undefined;
  let driver: RunningDriver;

  before(async () => {
    disk = scratch('private', '1m');
    const poolDir = drivers.scratch.make('pool');
    driver = await drivers.start('state', { stateDir: disk.root, poolDir, attach: false });
  });
  after(async () => {
    await driver.stop();
    disk?.remove();
  });

  it('goes from its paths, with OK, and can be deleted', async () => {
    const volume_capability = mountCapability('SINGLE_NODE_MULTI_WRITER');
    const { volume_id } = await newVolume(driver.client, {
      volume_capabilities: [volume_capability],
    });
    const staging_target_path = drivers.scratch.make('staging');
    const targets = ['a', 'b'].map((name) => drivers.scratch.path(`target-${name}`));
    const { node, controller } = driver.client;
    await node.NodeStageVolume({ volume_id, staging_target_path, volume_capability });
    for (const target_path of targets) {
      await node.NodePublishVolume({
        volume_id,
        staging_target_path,
        target_path,
        volume_capability,
      });
    }
    const ballast = join(driver.options.stateDir, 'ballast');
    expect(() => writeFileSync(ballast, 'x'.repeat(2 ** 20))).to.throw('ENOSPC');
    const fill = async () => {
      for (let count = 0; count < 1000; count += 1) await newVolume(driver.client);
    };
    await refused(fill(), 'RESOURCE_EXHAUSTED');

    for (const target_path of targets) await node.NodeUnpublishVolume({ volume_id, target_path });
    await node.NodeUnstageVolume({ volume_id, staging_target_path });
    for (const path of targets) expect(existsSync(path)).to.equal(false);
    expect(mountsBelow(staging_target_path)).to.deep.equal([]);
    await controller.DeleteVolume({ volume_id });
    rmSync(ballast);
  });
});

describe('a volume whose descriptor is damaged, on a node in a process of its own', () => {
  const shape = withSplitShape(['node-1'], { attach: false });

  it('can be unpublished and unstaged all the same; what needs the descriptor says which', async () => {
    const volume = await splitVolume(shape, 'SINGLE_NODE_WRITER');
    const here = volume.on('node-1');
    await here.use('a');
    const descriptor = join(shape.options.poolDir, 'volumes', volume.id, 'volume.json');
    writeFileSync(descriptor, '{"half');
    await refused(here.publish('b'), 'FAILED_PRECONDITION', /volume\.json cannot be read/);
    await here.unpublish('a');
    await here.unstage();
    expect(mountsBelow(shape.scratch.path('node-1'))).to.deep.equal([]);
    expect(readdirSync(here.stagingPath)).to.deep.equal([]);
  });
});
