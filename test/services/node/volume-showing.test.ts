import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { bindMounter } from '../../../src/host/bind-mounter.js';
import type { Content } from '../../../src/host/content.js';
import { loopDevices, type LoopDevices } from '../../../src/host/loop-devices.js';
import type { Mounter } from '../../../src/host/mounter.js';
import type { Format } from '../../../src/model/format.js';
import { volumeDevices } from '../../../src/services/node/volume-devices.js';
import { volumeShowing, type Showing } from '../../../src/services/node/volume-showing.js';
import { withDirectory } from '../../host/directory.js';
import { rejectionOf } from '../../store/rejection.js';

const TARGET = '/target';
const SHOWING: Omit<Showing, 'format' | 'path'> = {
  volumeId: 'vol-1',
  source: undefined,
  others: [],
  createPath: true,
  attributes: [],
  unwritable: true,
  options: [],
};

describe('volumeShowing', () => {
  const directory = withDirectory();
  let attached: string[];
  let shown: string[];

  beforeEach(() => {
    attached = [];
    shown = [];
  });

  /** Devices that are attached, and mounts that are made, in name alone. */
  function subject(): ReturnType<typeof volumeShowing> {
    const mounter: Mounter = {
      ...bindMounter({ workDirectory: directory.path }),
      bind: ({ target }) => void shown.push(target),
      async open({ target }) {
        shown.push(target);
      },
    };
    const loops: LoopDevices = {
      ...loopDevices('a test of showing'),
      holdWriting: () => undefined,
      attach({ image }) {
        attached.push(image);
        return { number: 0n, path: '/dev/null', [Symbol.dispose]() {} };
      },
    };
    return volumeShowing(mounter, volumeDevices(mounter, loops, []));
  }

  function content(): Content {
    const path = join(directory.path, 'image');
    return { kind: 'image', path, identity: { device: 1n, inode: 2n } };
  }
  const show = async (format: Format) => subject()({ ...SHOWING, format, path: TARGET }, content());

  for (const format of ['raw', 'ext4', 'xfs'] as const) {
    it(`${format}: is attached once a thread has flushed it, then shown`, async () => {
      writeFileSync(content().path, 'data');
      const showing = show(format);
      expect(attached).to.deep.equal([]);
      await showing;
      expect(attached).to.deep.equal([content().path]);
      expect(shown).to.deep.equal([TARGET]);
    });

    it(`${format}: what cannot be flushed is not attached`, async () => {
      await rejectionOf(show(format), Error);
      expect([...attached, ...shown]).to.deep.equal([]);
    });
  }
});
