import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
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
const ATTEMPTS = 30;

describe('kill -9 while a file system is held up for a snapshot', () => {
  let place: Site;
  let staging: string;
  let busy: ChildProcess | undefined;

  before(function () {
    if (!isRoot || !existsSync('/dev/loop-control')) this.skip();
  });
  beforeEach(() => {
    place = site();
    staging = place.make('pods', 'staging');
  });
  afterEach(async () => {
    busy?.kill('SIGKILL');
    // Else nothing could be taken away.
    spawnSync('fsfreeze', ['--unfreeze', staging], { stdio: 'ignore' });
    await place.remove();
  });

  it('the next start lets it go on', async () => {
    let driver = await place.serve('--attach=false');
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
    busy = spawn('bash', [
      '-c',
      'while :; do echo >"$1"; sync "$1"; done',
      '',
      join(staging, 'file'),
    ]);
    const busyEnded = once(busy, 'close');

    // The copy may be over before this process has seen that the file system is held up.
    let request = { name: '', source_volume_id: volume_id };
    const mark = join(place.stateDir, 'pool', 'frozen', volume_id);
    for (let attempt = 1, isHeldUp = false; !isHeldUp; attempt += 1) {
      expect(attempt, 'copies that were over too early').to.be.below(ATTEMPTS);
      request = { name: `snapshot ${attempt}`, source_volume_id: volume_id };
      let isOver = false;
      const cut = driver.client.controller
        .CreateSnapshot(request)
        .catch(() => undefined)
        .finally(() => (isOver = true));
      await eventually(() => existsSync(mark) || isOver, 'the file system is held up');
      // It is marked first.
      await delay(20);
      await driver.kill();
      await cut;
      isHeldUp = existsSync(mark) && isFrozen(staging);
      if (!isHeldUp) driver = await place.serve('--attach=false');
    }
    busy.kill('SIGKILL');
    const write = spawn('touch', [join(staging, 'new')]);
    const written = once(write, 'close');

    const next = await place.serve('--attach=false');
    await written;
    await busyEnded;
    expect(existsSync(mark)).to.equal(false);
    await next.client.controller.CreateSnapshot(request);
    await next.client.node.NodeUnstageVolume(mounted);
    expect(await next.stop()).to.have.property('code', 0);
  }).timeout(600_000);
});

/** Whether a file system is held up: then nobody else can do it. */
function isFrozen(path: string): boolean {
  const { status, stderr } = spawnSync('fsfreeze', ['--freeze', path], { encoding: 'utf8' });
  if (status !== 0) return /busy/i.test(stderr);
  spawnSync('fsfreeze', ['--unfreeze', path]);
  return false;
}
