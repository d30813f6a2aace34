import { execFileSync } from 'node:child_process';
import { truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { needImages } from '../host/images.js';
import { attachedAre } from './attached.js';
import { withDriver } from './driver-under-test.js';
import { takenDownVolumes } from './takedown.js';
import { createdVolumeOf } from './test-volume.js';
import { withDrivers } from './drivers.js';

describe('loop devices that nobody needs any more when a driver starts', () => {
  needImages('raw');
  const driver = withDriver();
  const volumes = takenDownVolumes(driver, 'raw');

  it('are detached: those of mounts that ended', async () => {
    const volume = await volumes.staged('SINGLE_NODE_MULTI_WRITER');
    await volume.publish('a', { readonly: true });
    await driver.restart({}, () => {
      execFileSync('umount', [volume.target('a'), join(volume.stagingPath, 'device')]);
    });
    await attachedAre(driver.scratch.root, 0);
  });

  it('are kept where a mount needs them', async () => {
    const volume = await volumes.staged('SINGLE_NODE_MULTI_WRITER');
    await volume.publish('a', { readonly: true });
    await driver.restart({}, () => {
      execFileSync('umount', [join(volume.stagingPath, 'device')]);
    });
    await attachedAre(driver.scratch.root, 1);
    await volume.stage();
    await attachedAre(driver.scratch.root, 2);
  });

  it('are left alone where they are not of this driver', async () => {
    const image = driver.scratch.path('image');
    writeFileSync(image, '');
    truncateSync(image, 4096);
    const device = execFileSync('losetup', ['--find', '--show', image], { encoding: 'utf8' });
    try {
      await driver.restart();
      await attachedAre(driver.scratch.root, 1);
    } finally {
      execFileSync('losetup', ['--detach', device.trim()]);
    }
  });
});

describe('two drivers on one machine', () => {
  needImages('raw');
  const drivers = withDrivers();

  it('leave each other the loop devices that look unused', async () => {
    const one = await drivers.start('one');
    const volume = await createdVolumeOf(
      'raw',
      { client: one.client, scratch: drivers.scratch, nodeId: 'node-1' },
      'SINGLE_NODE_WRITER',
    );
    await volume.attach();
    await volume.stage();
    const device = join(volume.stagingPath, 'device');
    execFileSync('umount', [device]);
    await drivers.start('two');
    await attachedAre(drivers.scratch.root, 1);
    await volume.unstage();
    await attachedAre(drivers.scratch.root, 0);
    await volume.detach();
    await volume.remove();
  });
});
