import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { expect } from 'chai';
import { isRoot } from '../host/scratch.js';
import { mountCapability } from '../integration/test-volume.js';
import { eventually } from './checks.js';
import { site, type Site } from './site.js';

const CAPABILITY = mountCapability('SINGLE_NODE_WRITER', { fs_type: 'ext4' });
const BYTES = 2 ** 28;

describe('kill -9 while a file system is held up for a snapshot', () => {
  let place: Site;
  let staging: string;

  before(function () {
    if (!isRoot || !existsSync('/dev/loop-control')) this.skip();
  });
  beforeEach(() => {
    place = site();
    staging = place.make('pods', 'staging');
  });
  afterEach(async () => {
    // Else nothing could be taken away.
    spawnSync('fsfreeze', ['--unfreeze', staging], { stdio: 'ignore' });
    await place.remove();
  });

  it('the next start lets it go on', async () => {
    const driver = await place.serve('--attach=false');
    const { volume } = await driver.client.controller.CreateVolume({
      name: 'volume',
      volume_capabilities: [CAPABILITY],
      parameters: { enforceSize: 'true' },
      capacity_range: { required_bytes: String(BYTES) },
    });
    const volume_id = volume?.volume_id ?? '';
    const mounted = { volume_id, staging_target_path: staging };
    await driver.client.node.NodeStageVolume({ ...mounted, volume_capability: CAPABILITY });
    // So that the last look at it takes long.
    writeFileSync(join(staging, 'large'), Buffer.alloc(BYTES - 2 ** 26, 'x'));
    const busy = spawn('bash', [
      '-c',
      'while :; do echo >"$1"; sync "$1"; done',
      '',
      join(staging, 'file'),
    ]);
    const busyEnded = once(busy, 'close');

    const request = { name: 'snapshot', source_volume_id: volume_id };
    const cut = driver.client.controller.CreateSnapshot(request).catch((error: unknown) => error);
    const mark = join(place.stateDir, 'pool', 'frozen', volume_id);
    await eventually(() => existsSync(mark), 'the file system is held up');
    await delay(20);
    await driver.kill();
    expect(await cut).to.be.instanceOf(Error);
    busy.kill('SIGKILL');
    const isHeldUp = existsSync(mark);
    const write = spawn('touch', [join(staging, 'new')]);
    const written = once(write, 'close');

    const next = await place.serve('--attach=false');
    await written;
    await busyEnded;
    expect(isHeldUp, 'the test is void: the copy was over').to.equal(true);
    expect(existsSync(mark)).to.equal(false);
    await next.client.controller.CreateSnapshot(request);
    await next.client.node.NodeUnstageVolume(mounted);
    expect(await next.stop()).to.have.property('code', 0);
  }).timeout(60_000);
});
