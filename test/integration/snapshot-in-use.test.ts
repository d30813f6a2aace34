import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  mkdirSync,
  readFileSync,
  readdirSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { withDriver } from './driver-under-test.js';
import { eventually } from './eventually.js';
import { deleteAll, newSnapshot } from './new-snapshot.js';
import { newVolume } from './new-volume.js';
import { takenDownVolumes } from './takedown.js';

describe('a snapshot of a volume that is in use', () => {
  const driver = withDriver({ shutdownGrace: 20_000 });
  const volumes = takenDownVolumes(driver);
  afterEach(() => deleteAll(driver.client));

  const inPool = (...names: string[]) => join(driver.options.poolDir, ...names);
  const dataOf = (snapshot_id: string) => inPool('snapshots', snapshot_id, 'data');

  it('has what the workload has written, while it goes on writing', async () => {
    const volume = await volumes.staged('SINGLE_NODE_WRITER');
    await volume.publish('a');
    const target = volume.target('a');
    writeFileSync(join(target, 'kept'), 'content');
    const script =
      'while [ -e "$1/kept" ]; do for i in {1..50}; do echo $i >"$1/$i"; done; rm -f "$1"/[0-9]*; done';
    const writer = spawn('bash', ['-c', script, '', target], { stdio: 'ignore' });
    const ended = once(writer, 'close');
    try {
      for (let round = 0; round < 10; round += 1) {
        const { snapshot_id } = await newSnapshot(driver.client, volume.id);
        expect(readFileSync(join(dataOf(snapshot_id), 'kept'), 'utf8')).to.equal('content');
      }
    } finally {
      rmSync(join(target, 'kept'));
      await ended;
    }
    await volume.unpublish('a');
  });

  it('a symlink that a workload has planted is a symlink in it, and nothing of where it leads', async () => {
    const volume = await volumes.staged('SINGLE_NODE_WRITER');
    await volume.publish('a');
    const outside = driver.scratch.make('outside');
    writeFileSync(join(outside, 'secret'), '');
    symlinkSync(outside, join(volume.target('a'), 'link'));
    const { snapshot_id } = await newSnapshot(driver.client, volume.id);
    expect(readlinkSync(join(dataOf(snapshot_id), 'link'))).to.equal(outside);
    const volume_content_source = { snapshot: { snapshot_id } };
    const restored = await newVolume(driver.client, { volume_content_source });
    const link = inPool('volumes', restored.volume_id, 'data', 'link');
    expect(readlinkSync(link)).to.equal(outside);
    await driver.client.controller.DeleteVolume({ volume_id: restored.volume_id });
  });

  it('a driver that is stopped meanwhile stops at once, and leaves nothing of it', async () => {
    const { volume_id } = await newVolume(driver.client);
    for (let number = 0; number < 300; number += 1) {
      const directory = inPool('volumes', volume_id, 'data', `dir${number}`);
      mkdirSync(directory);
      for (let file = 0; file < 30; file += 1) writeFileSync(join(directory, `${file}`), 'x');
    }
    const name = 'ended';
    const call = newSnapshot(driver.client, volume_id, { name }).catch((error: unknown) => error);
    const incoming = inPool('incoming-snapshots');
    await eventually(() => expect(readdirSync(incoming)).not.to.deep.equal([]));
    await driver.restart();
    expect(await call).to.be.instanceOf(Error);
    expect(readdirSync(incoming)).to.deep.equal([]);
    expect(readdirSync(inPool('snapshots'))).to.deep.equal([]);
    await newSnapshot(driver.client, volume_id, { name });
    await driver.client.controller.DeleteVolume({ volume_id });
  });
});
