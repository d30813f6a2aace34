import { mkdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { PoolError } from '../../src/host/pool-marker.js';
import { StateDirectoryError } from '../../src/state-directory.js';
import { mountsBelow } from '../host/scratch.js';
import { rejectionOf } from '../store/rejection.js';
import { withDriver } from './driver-under-test.js';
import { createRequest, newVolume } from './new-volume.js';
import { refused } from './refusal.js';
import { withSplitShape } from './split-shape.js';
import { splitVolume } from './split-volume.js';
import { stagedVolume } from './test-volume.js';

describe('a node that is started while its pool is not there', () => {
  const shape = withSplitShape(['node-1'], { attach: false });

  it('does not start, and knows its publications once the pool is back', async () => {
    const volume = (await splitVolume(shape, 'SINGLE_NODE_SINGLE_WRITER')).on('node-1');
    await volume.stage();
    await volume.publish('a');
    const pool = shape.options.poolDir;
    await shape.stopNode('node-1');
    renameSync(pool, `${pool}.away`);
    mkdirSync(pool);
    const error = await rejectionOf(shape.startNode('node-1'), PoolError);
    expect(error.message).to.match(/is it mounted\?/);
    rmSync(pool, { recursive: true });
    renameSync(`${pool}.away`, pool);

    await shape.startNode('node-1');
    await refused(volume.publish('b'), 'FAILED_PRECONDITION', /allows one target path/);
    await volume.publish('a');
    await volume.unpublish('a');
    await volume.unstage();
  });
});

describe('a state directory that another node has volumes mounted for', () => {
  const driver = withDriver();

  it('is refused until they are unpublished, or the node has its name again', async () => {
    const volume = await stagedVolume(driver, 'SINGLE_NODE_SINGLE_WRITER');
    await volume.publish('a');
    const before = mountsBelow(driver.scratch.root);
    const error = await rejectionOf(driver.restart({ nodeId: 'node-2' }), StateDirectoryError);
    expect(error.message).to.include('node node-1').and.include('--node-id node-1');
    expect(mountsBelow(driver.scratch.root)).to.deep.equal(before);

    await driver.restart();
    await volume.unpublish('a');
    await volume.unstage();
    // Each takes away what the other has left, and is done with that when it has stopped.
    for (let round = 0; round < 10; round += 1) {
      await driver.restart({ nodeId: 'node-2' });
      await driver.restart();
    }
  });
});

describe('a volume whose data is gone from the pool', () => {
  const driver = withDriver();

  it('is not expanded: FAILED_PRECONDITION, and its size is as it was', async () => {
    const { controller } = driver.client;
    const { volume_id } = await newVolume(driver.client, createRequest());
    rmSync(join(driver.options.poolDir, 'volumes', volume_id), { recursive: true });
    const capacity_range = { required_bytes: String(2 ** 40 / 2) };
    const expand = () => controller.ControllerExpandVolume({ volume_id, capacity_range });
    await refused(expand(), 'FAILED_PRECONDITION', /is gone from the pool/);
    const { volume } = await controller.ControllerGetVolume({ volume_id });
    expect(Number(volume?.capacity_bytes)).to.be.lessThan(2 ** 39);
    await controller.DeleteVolume({ volume_id });
  });
});
