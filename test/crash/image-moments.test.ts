import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { needImages } from '../host/images.js';
import { attachedBelow } from '../host/scratch.js';
import { IMAGE_BYTES } from '../integration/test-volume.js';
import { coOf } from './co.js';
import { coVolume, type Change, type CoVolume } from './co-volume.js';
import { killWhen } from './program.js';
import { ended, recovered } from './recovery.js';
import { site, type Site } from './site.js';

/** What can be seen of a driver from outside. */
interface View {
  /** How many loop devices its images have. */
  readonly attached: number;
  /** Whether a path is a mount. */
  isMounted(path: string): boolean;
  /** The names in the directory of volumes that are being made. */
  readonly incoming: readonly string[];
}

type Step = (volume: CoVolume) => Change;

const target = ({ targets: [first = ''] }: CoVolume) => first;
const UP: readonly Step[] = [
  () => ({ kind: 'create' }),
  () => ({ kind: 'attach' }),
  () => ({ kind: 'stage' }),
  (volume) => ({ kind: 'publish', target: target(volume) }),
];

const MOMENTS: readonly {
  readonly call: string;
  /** How many steps up come before it. */
  readonly steps: number;
  readonly change: Step;
  readonly moment: string;
  readonly isNow: (view: View, volume: CoVolume) => boolean;
}[] = [
  {
    call: 'CreateVolume',
    steps: 0,
    change: () => ({ kind: 'create' }),
    moment: 'the image is being made',
    isNow: ({ incoming }) => incoming.length > 0,
  },
  {
    call: 'NodeStageVolume',
    steps: 2,
    change: () => ({ kind: 'stage' }),
    moment: 'a loop device is attached',
    isNow: ({ attached }) => attached > 0,
  },
  {
    call: 'NodeStageVolume',
    steps: 2,
    change: () => ({ kind: 'stage' }),
    moment: 'the mount is there',
    isNow: (view, { stagingMount }) => view.isMounted(stagingMount),
  },
  {
    call: 'NodePublishVolume',
    steps: 3,
    change: (volume) => ({ kind: 'publish', target: target(volume) }),
    moment: 'the mount is there',
    isNow: (view, volume) => view.isMounted(target(volume)),
  },
  {
    call: 'NodeUnpublishVolume',
    steps: 4,
    change: (volume) => ({ kind: 'unpublish', target: target(volume) }),
    moment: 'the mount is gone',
    isNow: (view, volume) => !view.isMounted(target(volume)),
  },
  {
    call: 'NodeUnstageVolume',
    steps: 3,
    change: () => ({ kind: 'unstage' }),
    moment: 'the mount is gone',
    isNow: (view, { stagingMount }) => !view.isMounted(stagingMount),
  },
  {
    call: 'NodeUnstageVolume',
    steps: 3,
    change: () => ({ kind: 'unstage' }),
    moment: 'the loop device is gone',
    isNow: ({ attached }) => attached === 0,
  },
];

describe('kill -9 at the worst moments of image volumes', function () {
  this.timeout(120_000);
  let place: Site;

  beforeEach(() => {
    place = site();
  });
  afterEach(() => place.remove());

  function view(): View {
    return {
      get attached() {
        return attachedBelow(place.stateDir).length;
      },
      isMounted: (path) => place.mounts().includes(path),
      get incoming() {
        return readdirSync(join(place.stateDir, 'pool', 'incoming'));
      },
    };
  }

  for (const format of ['raw', 'ext4', 'xfs'] as const) {
    describe(format, () => {
      needImages(format);
      for (const { call, steps, change, moment, isNow } of MOMENTS) {
        it(`${call}, when ${moment}: the repeated call ends it, and no device is left`, async () => {
          const volume = coVolume(place.pods, 'volume', 'SINGLE_NODE_SINGLE_WRITER', format);
          const co = coOf([volume]);
          const driver = await place.serve();
          for (const step of UP.slice(0, steps)) await volume.send(driver.client, step(volume));
          let isOver = false;
          const answer = volume
            .send(driver.client, change(volume))
            .catch(() => undefined)
            .finally(() => (isOver = true));
          await killWhen(driver, () => isNow(view(), volume) || isOver);
          await answer;
          await ended(co, place, await recovered(co, place));
        });
      }

      it(`a stage of a volume that has grown: the repeated call ends it`, async () => {
        const volume = coVolume(place.pods, 'volume', 'SINGLE_NODE_SINGLE_WRITER', format);
        const co = coOf([volume]);
        const driver = await place.serve();
        await volume.send(driver.client, { kind: 'create' });
        await volume.send(driver.client, { kind: 'attach' });
        const bytes = 4n * BigInt(IMAGE_BYTES[format]);
        await volume.send(driver.client, { kind: 'expand', bytes });
        const answer = volume.send(driver.client, { kind: 'stage' }).catch(() => undefined);
        await killWhen(driver, () => view().attached > 0);
        await answer;
        await ended(co, place, await recovered(co, place));
      });
    });
  }
});
