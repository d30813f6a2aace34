import { expect } from 'chai';
import { FORMATS, type Format } from '../../src/model/format.js';
import { needImages } from '../host/images.js';
import { refusedKeepingAll } from './controller-state.js';
import { withDriver } from './driver-under-test.js';
import { deleteAll } from './new-snapshot.js';
import { createRequest, newVolume } from './new-volume.js';
import { creationOf } from './test-volume.js';

/** The largest size of a format; beyond it, nothing is made. */
const LARGEST: Readonly<Record<Format, bigint>> = {
  directory: 2n ** 63n - 1n,
  raw: 2n ** 53n - 4096n,
  ext4: 2n ** 44n - 4096n,
  xfs: 2n ** 53n - 4096n,
};
const SIZES = [
  2n ** 44n,
  2n ** 53n - 4096n,
  2n ** 53n - 1n,
  2n ** 53n,
  2n ** 60n,
  2n ** 63n - 4096n,
  2n ** 63n - 1n,
];

for (const format of FORMATS) {
  describe(`without a max-volume-size, ${format}`, () => {
    needImages(format);
    const driver = withDriver({ maxVolumeSize: 0 });
    afterEach(() => deleteAll(driver.client));

    const request = createRequest(creationOf(format, ['SINGLE_NODE_WRITER']));
    const create = (bytes: bigint) =>
      newVolume(driver.client, { ...request, capacity_range: { required_bytes: String(bytes) } });
    const growing = (volume_id: string, bytes: bigint) => () =>
      driver.client.controller.ControllerExpandVolume({
        volume_id,
        capacity_range: { required_bytes: String(bytes) },
      });

    for (const bytes of SIZES.filter((each) => each > LARGEST[format])) {
      it(`CreateVolume of ${bytes} bytes: OUT_OF_RANGE`, () =>
        refusedKeepingAll(driver, () => create(bytes), 'OUT_OF_RANGE', /have at most/));
      it(`ControllerExpandVolume to ${bytes} bytes: OUT_OF_RANGE`, async () => {
        const { volume_id } = await newVolume(driver.client, request);
        const grow = growing(volume_id, bytes);
        await refusedKeepingAll(driver, grow, 'OUT_OF_RANGE', /have at most/);
      });
    }

    it(`ControllerExpandVolume to ${LARGEST[format]} bytes: OK`, async () => {
      const { volume_id } = await newVolume(driver.client, request);
      const { capacity_bytes } = await growing(volume_id, LARGEST[format])();
      expect(capacity_bytes).to.equal(String(LARGEST[format]));
    });

    // mkfs writes much to an image as large.
    if (format === 'directory' || format === 'raw') {
      it(`CreateVolume of ${LARGEST[format]} bytes: OK`, async () => {
        const { capacity_bytes } = await create(LARGEST[format]);
        expect(capacity_bytes).to.equal(String(LARGEST[format]));
      });
    }
  });
}
