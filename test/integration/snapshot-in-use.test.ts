import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  existsSync,
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
import { refused } from './refusal.js';
import { takenDownVolumes } from './takedown.js';

describe('a snapshot of a volume that is in use', () => {
  // So long that a test which waits for it fails.
  const driver = withDriver({ shutdownGrace: 600_000 });
  const volumes = takenDownVolumes(driver);
  const path = process.env['PATH'];
  afterEach(async () => {
    process.env['PATH'] = path;
    await deleteAll(driver.client);
  });

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
    writeFileSync(inPool('volumes', volume_id, 'data', 'file'), 'x');
    // A copy that does not end, for another hour.
    const programs = driver.scratch.make('programs');
    const copied = join(programs, 'copied');
    const script = `#!/bin/sh\nPATH=${path}\ncp "$@"\ntouch ${copied}\nexec sleep 3600\n`;
    writeFileSync(join(programs, 'cp'), script, { mode: 0o755 });
    process.env['PATH'] = `${programs}:${path}`;
    const name = 'ended';
    const call = refused(newSnapshot(driver.client, volume_id, { name }), 'UNAVAILABLE');
    const incoming = inPool('incoming-snapshots');
    await eventually(() => expect(existsSync(copied)).to.equal(true));
    expect(readdirSync(incoming)).not.to.deep.equal([]);
    await driver.restart({}, () => {
      process.env['PATH'] = path;
    });
    await call;
    expect(readdirSync(incoming)).to.deep.equal([]);
    expect(readdirSync(inPool('snapshots'))).to.deep.equal([]);
    await newSnapshot(driver.client, volume_id, { name });
    await driver.client.controller.DeleteVolume({ volume_id });
  });
});
