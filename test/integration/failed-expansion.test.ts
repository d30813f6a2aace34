import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { needImages } from '../host/images.js';
import { scratch, type Scratch } from '../host/scratch.js';
import { withDrivers, type RunningDriver } from './drivers.js';
import { refused } from './refusal.js';
import { createdVolumeOf, type TestVolume } from './test-volume.js';

const MIB = 2 ** 20;

describe('a volume of enforced size whose expansion has failed on a full disk', () => {
  needImages('ext4');
  const drivers = withDrivers();
  let disk: Scratch | undefined;
  let driver: RunningDriver;
  let volume: TestVolume;

  beforeEach(async () => {
    disk = scratch('private', '128m');
    driver = await drivers.start('driver', { poolDir: disk.root });
    const { client } = driver;
    const used = { client, scratch: drivers.scratch, nodeId: 'node-1' };
    volume = await createdVolumeOf('ext4', used, 'SINGLE_NODE_WRITER');
  });
  afterEach(async () => {
    await volume.unstage();
    await driver.stop();
    disk?.remove();
  });

  const expand = async (required_bytes: number) => {
    const capacity_range = { required_bytes: String(required_bytes) };
    const request = { volume_id: volume.id, capacity_range };
    return (await driver.client.controller.ControllerExpandVolume(request)).capacity_bytes;
  };

  it('keeps what is written then, also when it is expanded to less than the first time', async () => {
    const ballast = join(driver.options.poolDir, 'ballast');
    expect(() => writeFileSync(ballast, Buffer.alloc(129 * MIB, 'x'))).to.throw('ENOSPC');
    await refused(expand(128 * MIB), 'RESOURCE_EXHAUSTED', /disk/);
    rmSync(ballast);

    await volume.attach();
    await volume.stage();
    const file = join(volume.stagingPath, 'file');
    const data = Buffer.alloc(80 * MIB, 'data ');
    writeFileSync(file, data, { flush: true });
    expect(await expand(64 * MIB)).to.equal(String(128 * MIB));
    await volume.unstage();
    await volume.stage();
    expect(readFileSync(file).equals(data)).to.equal(true);
  });
});
