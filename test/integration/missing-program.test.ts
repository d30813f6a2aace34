import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { needImages } from '../host/images.js';
import { connect, type Client } from '../../src/csi/client.js';
import { isRoot, scratch, type Scratch } from '../host/scratch.js';
import { PATIENCE_MS } from '../patience.js';
import { refused } from './refusal.js';
import { creationOf } from './test-volume.js';

const COMMAND = fileURLToPath(new URL('../../src/cli.cjs', import.meta.url));

describe('a driver on a machine without mkfs.ext4', () => {
  needImages('ext4');
  needImages('xfs');
  let place: Scratch;
  let child: ChildProcess;
  let client: Client;

  before(async function () {
    if (!isRoot) this.skip();
    place = scratch();
    // In a mount namespace where something that cannot be run has the program's place.
    const script = 'mount --bind /dev/null "$(command -v mkfs.ext4)" && exec "$@"';
    const driver = [process.execPath, COMMAND, `--state-dir=${place.path('state')}`];
    child = spawn('unshare', ['--mount', 'sh', '-c', script, 'sh', ...driver, '--node-id=node-1'], {
      stdio: 'ignore',
    });
    client = connect(`unix://${place.path('state', 'csi.sock')}`);
    await client.waitForReady(PATIENCE_MS);
    while ((await client.identity.Probe({})).ready?.value !== true);
  });
  after(async () => {
    if (!isRoot) return;
    client.close();
    const ended = once(child, 'exit');
    child.kill();
    await ended;
    place.remove();
  });

  const create = (format: 'ext4' | 'xfs' | 'directory') =>
    client.controller.CreateVolume({
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
