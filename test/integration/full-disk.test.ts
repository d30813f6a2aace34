import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { scratch, type Scratch } from '../host/scratch.js';
import { refusedKeepingAll } from './controller-state.js';
import { withDrivers, type RunningDriver } from './drivers.js';
import { newVolume } from './new-volume.js';

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
