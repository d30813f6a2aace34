import { closeSync, openSync, statfsSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { needImages } from '../host/images.js';
import { onlooker, type Onlooker } from '../host/onlooker.js';
import { attachedBelow } from '../host/scratch.js';
import { withDriver } from './driver-under-test.js';
import { takenDownVolumes } from './takedown.js';
import { IMAGE_BYTES } from './test-volume.js';
import { readText, writeText } from './volume-text.js';

/** Longer than a test: what is being looked into stays so until the onlooker ends. */
const FOR_GOOD_MS = 1e9;

/** Where a block volume is staged. */
const deviceIn = (stagingPath: string) => join(stagingPath, 'device');

for (const format of ['raw', 'ext4', 'xfs'] as const) {
  describe(`${format} volumes whose devices others look into, as udev does`, () => {
    needImages(format);
    const driver = withDriver();
    let udev: Onlooker;
    beforeEach(async () => {
      udev = await onlooker(driver.scratch.root, FOR_GOOD_MS);
    });
    // Before the volumes are taken down, which waits for the devices to go.
    afterEach(() => udev.end());
    const volumes = takenDownVolumes(driver, format);

    if (format === 'raw') {
      it('have, once they are staged again, what was written and never flushed', async () => {
        const volume = await volumes.staged('SINGLE_NODE_WRITER');
        await udev.hasRead(1);
        const user = openSync(deviceIn(volume.stagingPath), 'r+');
        writeSync(user, 'text');
        closeSync(user);
        await volume.unstage();
        await volume.stage();
        expect(attachedBelow(driver.scratch.root)).to.have.lengthOf(2);
        expect(readText(format, deviceIn(volume.stagingPath), 4)).to.equal('text');
      });

      it('show, read-only, what was flushed before they were published', async () => {
        const volume = await volumes.staged('SINGLE_NODE_MULTI_WRITER');
        await volume.publish('first', { readonly: true });
        await udev.hasRead(2);
        writeText(format, deviceIn(volume.stagingPath), 'text');
        await volume.publish('second', { readonly: true });
        expect(readText(format, volume.target('second'), 4)).to.equal('text');
      });
    } else {
      it('grow when they are staged next', async () => {
        const volume = await volumes.staged('SINGLE_NODE_WRITER');
        const total = () => {
          const { blocks, bsize } = statfsSync(volume.stagingPath);
          return blocks * bsize;
        };
        const before = total();
        await udev.hasRead(1);
        await volume.unstage();
        expect(attachedBelow(driver.scratch.root)).to.have.lengthOf(1);
        await driver.client.controller.ControllerExpandVolume({
          volume_id: volume.id,
          capacity_range: { required_bytes: String(2 * IMAGE_BYTES[format]) },
        });
        await volume.stage();
        expect(attachedBelow(driver.scratch.root)).to.have.lengthOf(1);
        expect(total()).to.be.greaterThan(before * 1.5);
      });
    }
  });
}
