import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { bindMounter } from '../../../src/host/bind-mounter.js';
import type { Content } from '../../../src/host/content.js';
import { loopDevices } from '../../../src/host/loop-devices.js';
import type { VolumeData } from '../../../src/host/volume-data.js';
import { volumeDevices, type VolumeDevices } from '../../../src/services/node/volume-devices.js';
import { withDirectory } from '../../host/directory.js';

const VOLUME = 'vol-1';

describe('volumeDevices', () => {
  const directory = withDirectory();
  let detached: bigint[];
  let devices: VolumeDevices;
  let content: Content;

  beforeEach(() => {
    detached = [];
    const path = join(directory.path, 'image');
    content = { kind: 'image', path, identity: { device: 1n, inode: 2n } };
    const held = { number: 7n, path, [Symbol.dispose]() {} };
    const data: VolumeData = {
      directory: directory.path,
      content: () => content,
      isContentOf: () => false,
    };
    // Devices that are attached in name alone.
    const loops = {
      ...loopDevices('a test of devices'),
      attach: () => held,
      hold: () => held,
      behind: () => ({
        identity: content.identity,
        readonly: false,
        autoclear: false,
        directIo: false,
      }),
      detach: (device: bigint) => void detached.push(device),
    };
    devices = volumeDevices(bindMounter({ workDirectory: directory.path }), loops, [data]);
  });

  const attach = async () => {
    using device = await devices.forBlock({
      volumeId: VOLUME,
      content,
      readonly: false,
      paths: [],
    });
    return device.number;
  };

  for (const [title, prepare] of [
    ['a thread has flushed it', () => writeFileSync(content.path, 'data')],
    ['it could not be flushed', () => undefined],
  ] as const) {
    it(`a device for block access is detached once ${title}, and once only`, async () => {
      prepare();
      const device = await attach();
      const released = devices.release(VOLUME, []);
      expect(detached).to.deep.equal([]);
      await released;
      expect(detached).to.deep.equal([device]);
      await devices.release(VOLUME, []);
      expect(detached).to.deep.equal([device]);
    });
  }
});
