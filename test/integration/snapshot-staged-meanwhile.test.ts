import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { withDriver } from './driver-under-test.js';
import { deleteAll, newSnapshot } from './new-snapshot.js';
import { newVolume } from './new-volume.js';
import { capabilityOf, creationOf } from './test-volume.js';

const SNAPSHOTS = 25;

describe('snapshots of a volume that is staged and unstaged all the time', () => {
  const driver = withDriver({ attach: false });

  before(function () {
    if (!existsSync('/dev/loop-control')) this.skip();
  });
  afterEach(() => deleteAll(driver.client));

  for (const format of ['raw', 'ext4'] as const) {
    it(`${format}: every call is OK`, async () => {
      const mode = 'SINGLE_NODE_WRITER';
      const { volume_id } = await newVolume(driver.client, creationOf(format, [mode]));
      const staging_target_path = driver.scratch.make(`staging of ${volume_id}`);
      const staged = { volume_id, staging_target_path };
      const volume_capability = capabilityOf(format, mode);
      const over = new AbortController();
      const staging = (async () => {
        for (let turn = 0; !over.signal.aborted; turn += 1) {
          await driver.client.node.NodeStageVolume({ ...staged, volume_capability });
          // A device that is written to all the time never comes to rest. Not at once: the driver in
          // this process may just hold the file system up, and could not let it go on.
          if (format === 'ext4') await writeFile(join(staging_target_path, 'file'), `turn ${turn}`);
          await driver.client.node.NodeUnstageVolume(staged);
        }
      })();
      try {
        for (let left = SNAPSHOTS; left > 0; left -= 1) await newSnapshot(driver.client, volume_id);
      } finally {
        over.abort();
        await staging;
      }
    }).timeout(300_000);
  }
});
