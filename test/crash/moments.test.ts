import { existsSync, readdirSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { isRoot } from '../host/scratch.js';
import { logBytes } from './log-bytes.js';
import { coOf, type Co } from './co.js';
import { coVolume, type Change, type CoVolume } from './co-volume.js';
import { killWhen } from './program.js';
import { ended, recovered } from './recovery.js';
import { site, type Site } from './site.js';

/** What can be seen of a driver from outside. */
interface View {
  readonly volume: CoVolume;
  /** The first target of the volume. */
  readonly target: string;
  /** Whether a path is there, in the state directory if it is relative. */
  has(...names: string[]): boolean;
  /** Whether a directory of the pool holds the volume. */
  isIn(directory: string): boolean;
  /** Whether a path shows the volume. */
  shows(path: string): boolean;
  /** Whether the store has written anything since the call was made. */
  readonly isRecorded: boolean;
}

const to = (kind: 'publish' | 'unpublish', { targets: [target = ''] }: CoVolume): Change => ({
  kind,
  target,
});

/** How a volume gets published, step by step. */
const STEPS: readonly ((volume: CoVolume) => Change)[] = [
  () => ({ kind: 'create' }),
  () => ({ kind: 'attach' }),
  () => ({ kind: 'stage' }),
  (volume) => to('publish', volume),
];

interface Moment {
  readonly moment: string;
  readonly isNow: (view: View) => boolean;
}

const RECORDED: Moment = { moment: 'a record is written', isNow: ({ isRecorded }) => isRecorded };

/** The calls, how many steps come before each, and the moments at which the driver is killed. */
const CALLS: readonly {
  readonly call: string;
  readonly steps: number;
  readonly change: (volume: CoVolume) => Change;
  readonly moments: readonly Moment[];
}[] = [
  {
    call: 'CreateVolume',
    steps: 0,
    change: () => ({ kind: 'create' }),
    moments: [
      { moment: 'a directory is in incoming/', isNow: ({ isIn }) => isIn('incoming') },
      RECORDED,
      { moment: 'the directory is in volumes/', isNow: ({ isIn }) => isIn('volumes') },
    ],
  },
  {
    call: 'ControllerPublishVolume',
    steps: 1,
    change: () => ({ kind: 'attach' }),
    moments: [RECORDED],
  },
  {
    call: 'NodeStageVolume',
    steps: 2,
    change: () => ({ kind: 'stage' }),
    moments: [
      RECORDED,
      { moment: 'the mount is there', isNow: ({ shows, volume }) => shows(volume.stagingPath) },
    ],
  },
  {
    call: 'NodePublishVolume',
    steps: 3,
    change: (volume) => to('publish', volume),
    moments: [
      RECORDED,
      { moment: 'the target is there', isNow: ({ has, target }) => has(target) },
      { moment: 'the mount is there', isNow: ({ shows, target }) => shows(target) },
    ],
  },
  {
    call: 'ControllerExpandVolume',
    steps: 4,
    change: () => ({ kind: 'expand', bytes: 2n ** 21n }),
    moments: [
      {
        moment: 'a new descriptor is being written',
        isNow: ({ has, volume }) => has('pool', 'volumes', volume.id ?? '', 'volume.json.new'),
      },
      RECORDED,
    ],
  },
  {
    call: 'NodeUnpublishVolume',
    steps: 4,
    change: (volume) => to('unpublish', volume),
    moments: [
      { moment: 'the mount is gone', isNow: ({ shows, target }) => !shows(target) },
      { moment: 'the target is gone', isNow: ({ has, target }) => !has(target) },
      RECORDED,
    ],
  },
  {
    call: 'NodeUnstageVolume',
    steps: 3,
    change: () => ({ kind: 'unstage' }),
    moments: [
      { moment: 'the mount is gone', isNow: ({ shows, volume }) => !shows(volume.stagingPath) },
      RECORDED,
    ],
  },
  {
    call: 'ControllerUnpublishVolume',
    steps: 2,
    change: () => ({ kind: 'detach' }),
    moments: [RECORDED],
  },
  {
    call: 'DeleteVolume',
    steps: 1,
    change: () => ({ kind: 'delete' }),
    moments: [
      { moment: 'the directory is in trash/', isNow: ({ isIn }) => isIn('trash') },
      RECORDED,
    ],
  },
];

/** What the start of a driver makes in a new state directory, in this order. */
const FIRST_START = [
  'state',
  'state/csi.sock',
  'state/store',
  'state/store/INCOMPLETE',
  'state/store/CURRENT',
  'state/pool',
  'state/pool/pool.json',
];

describe('kill -9 at the worst moments', function () {
  this.timeout(120_000);
  let place: Site;

  before(function () {
    if (!isRoot) this.skip();
  });
  beforeEach(() => {
    place = site();
  });
  afterEach(() => place.remove());

  for (const { call, steps, change, moments } of CALLS) {
    for (const { moment, isNow } of moments) {
      it(`${call}, when ${moment}: the repeated call ends it`, async () => {
        const volume = coVolume(place.pods, 'volume', 'SINGLE_NODE_SINGLE_WRITER');
        const co = coOf([volume]);
        const driver = await place.serve();
        for (const step of STEPS.slice(0, steps)) await volume.send(driver.client, step(volume));
        const view = viewOf(place, volume);
        let isOver = false;
        const answer = volume
          .send(driver.client, change(volume))
          .catch(() => undefined)
          .finally(() => (isOver = true));
        await killWhen(driver, () => isNow(view) || isOver);
        await answer;
        await ended(co, place, await recovered(co, place));
      });
    }
  }

  for (const made of FIRST_START) {
    it(`the first start, when ${made} is there: the next start serves`, async () => {
      const starting = place.launch();
      const isOver = () => starting.said().includes('"msg":"ready"');
      await killWhen(starting, () => existsSync(place.path(made)) || isOver());
      const co: Co = coOf([coVolume(place.pods, 'volume', 'SINGLE_NODE_WRITER')]);
      const driver = await recovered(co, place);
      for (const volume of co.volumes) await volume.send(driver.client, { kind: 'create' });
      await ended(co, place, driver);
    });
  }
});

function viewOf({ stateDir }: Site, volume: CoVolume): View {
  const before = logBytes(stateDir);
  return {
    volume,
    target: volume.targets[0] ?? '',
    has: (...names) => existsSync(resolve(stateDir, ...names)),
    isIn: (directory) => readdirSync(join(stateDir, 'pool', directory)).length > 0,
    shows(path) {
      const data = join(stateDir, 'pool', 'volumes', volume.id ?? '', 'data');
      return statSync(path, { throwIfNoEntry: false })?.ino === statSync(data).ino;
    },
    get isRecorded() {
      return logBytes(stateDir) > before;
    },
  };
}
