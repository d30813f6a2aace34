import { readdirSync } from 'node:fs';
import { expect } from 'chai';
import { needImages } from '../host/images.js';
import { isRoot, scratch, type Scratch } from '../host/scratch.js';
import { driverCommand, startDriverProcess, type DriverProcess } from './driver-process.js';
import { refused } from './refusal.js';
import { creationOf } from './test-volume.js';

describe('a driver on a machine without mkfs.ext4', () => {
  needImages('ext4');
  needImages('xfs');
  let place: Scratch;
  let driver: DriverProcess;

  before(async function () {
    if (!isRoot) this.skip();
    place = scratch();
    const stateDir = place.path('state');
    // In a mount namespace where something that cannot be run has the program's place.
    const script = 'mount --bind /dev/null "$(command -v mkfs.ext4)" && exec "$@"';
    const without = ['unshare', '--mount', 'sh', '-c', script, 'sh'];
    driver = await startDriverProcess(stateDir, [...without, ...driverCommand(stateDir)]);
  });
  after(async () => {
    if (!isRoot) return;
    await driver.stop('SIGTERM');
    place.remove();
  });

  const create = (format: 'ext4' | 'xfs' | 'directory') =>
    driver.client.controller.CreateVolume({
      name: format,
      ...creationOf(format, ['SINGLE_NODE_WRITER']),
    });

  it('CreateVolume of enforced size: FAILED_PRECONDITION with the package, and nothing is left', async () => {
    await refused(create('ext4'), 'FAILED_PRECONDITION', /mkfs\.ext4 is missing.*e2fsprogs/);
    for (const name of ['volumes', 'incoming']) {
      expect(readdirSync(place.path('state', 'pool', name))).to.deep.equal([]);
    }
  });

  it('other volumes are made', async () => {
    for (const format of ['xfs', 'directory'] as const) await create(format);
  });
});
