import { execFileSync } from 'node:child_process';
import { existsSync, truncateSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { expect } from 'chai';
import { eventually } from './eventually.js';
import { withDriver } from './driver-under-test.js';
import { takenDownVolumes } from './takedown.js';
import type { TestVolume } from './test-volume.js';

/** What the driver's node says of a volume at a path. */
type Ask = (volume: TestVolume, path: string) => Promise<readonly [boolean, string]>;

for (const format of ['raw', 'ext4', 'xfs'] as const) {
  describe(`VolumeCondition of ${format} volumes, which are images, on a node`, () => {
    const driver = withDriver();
    const volumes = takenDownVolumes(driver, format);
    let volume: TestVolume;
    beforeEach(async () => {
      volume = await volumes.staged('SINGLE_NODE_MULTI_WRITER');
      await volume.publish('a');
      await volume.publish('read-only', { readonly: true });
    });

    const ask: Ask = async ({ id: volume_id }, volume_path) => {
      const { node } = driver.client;
      const { volume_condition } = await node.NodeGetVolumeStats({ volume_id, volume_path });
      return [volume_condition?.abnormal === true, volume_condition?.message ?? ''];
    };

    it('healthy at every path', async () => {
      for (const path of [volume.stagingPath, volume.target('a'), volume.target('read-only')]) {
        const [abnormal, message] = await ask(volume, path);
        expect(abnormal, message).to.equal(false);
      }
    });

    it('abnormal when the image is cut short', async () => {
      const image = join(driver.options.poolDir, 'volumes', volume.id, 'image');
      truncateSync(image, 4096);
      const [abnormal, message] = await ask(volume, volume.stagingPath);
      expect(abnormal).to.equal(true);
      expect(message).to.match(/cut short to 4096 of \d+ bytes/);
    });

    it('abnormal when the mount at the target, or where it is staged, has vanished', async () => {
      execFileSync('umount', [volume.target('a')]);
      const [abnormal, message] = await ask(volume, volume.target('a'));
      expect([abnormal, message]).to.deep.equal([true, message]);
      expect(message).to.match(/targets\/a has vanished/);
      const staged = format === 'raw' ? join(volume.stagingPath, 'device') : volume.stagingPath;
      execFileSync('umount', [staged]);
      const [, both] = await ask(volume, volume.stagingPath);
      expect(both).to.contain(`${staged}, ${volume.target('a')} has vanished`);
    });

    if (format === 'ext4') {
      it('abnormal when the file system has recorded errors', async function () {
        const source = execFileSync('findmnt', ['-n', '-o', 'SOURCE', volume.stagingPath]);
        const device = basename(source.toString().trim().replace(/\[.*/, ''));
        const trigger = join('/sys/fs/ext4', device, 'trigger_fs_error');
        if (!existsSync(trigger)) this.skip();
        writeFileSync(trigger, 'a test');
        for (const path of [volume.stagingPath, volume.target('a')]) {
          // The kernel counts it a moment later.
          await eventually(async () => {
            const [abnormal, message] = await ask(volume, path);
            expect(message).to.include('has recorded 1 errors');
            expect(abnormal).to.equal(true);
          });
        }
      });

      it('abnormal for who writes when the file system has become read-only', async () => {
        execFileSync('mount', ['-o', 'remount,ro', volume.stagingPath]);
        expect((await ask(volume, volume.target('a')))[1]).to.match(/has become read-only/);
        expect((await ask(volume, volume.target('read-only')))[0]).to.equal(false);
        execFileSync('mount', ['-o', 'remount,rw', volume.stagingPath]);
      });
    }

    if (format === 'xfs') {
      it('abnormal when the file system has shut itself down, and it can be taken down', async () => {
        execFileSync('xfs_io', ['-x', '-c', 'shutdown', volume.stagingPath]);
        for (const path of [volume.stagingPath, volume.target('a')]) {
          const [abnormal, message] = await ask(volume, path);
          expect(abnormal).to.equal(true);
          expect(message).to.match(/answers EIO/);
        }
      });
    }
  });
}
