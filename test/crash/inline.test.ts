import { existsSync, mkdirSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import type { Client } from '../../src/csi/client.js';
import { isRoot } from '../host/scratch.js';
import { inlineContext, inlineTraces } from '../integration/inline-volume.js';
import { mountCapability } from '../integration/test-volume.js';
import { logBytes } from './log-bytes.js';
import { eventually } from './checks.js';
import { killWhen } from './program.js';
import { site, type Site } from './site.js';

const ID = 'csi-1';

interface View {
  /** Whether a directory of the inline volumes holds the volume. */
  isIn(directory: string): boolean;
  readonly isTargetThere: boolean;
  readonly isMounted: boolean;
  /** Whether the store has written anything since the call was made. */
  readonly isRecorded: boolean;
}

type Moments = readonly (readonly [moment: string, isNow: (view: View) => boolean])[];

const OF_PUBLISH: Moments = [
  ['a directory is in incoming/', ({ isIn }) => isIn('incoming')],
  ['the directory is in volumes/', ({ isIn }) => isIn('volumes')],
  ['a record is written', ({ isRecorded }) => isRecorded],
  ['the target is there', ({ isTargetThere }) => isTargetThere],
  ['the mount is there', ({ isMounted }) => isMounted],
];

const OF_UNPUBLISH: Moments = [
  ['the mount is gone', ({ isMounted }) => !isMounted],
  ['the target is gone', ({ isTargetThere }) => !isTargetThere],
  ['a record is written', ({ isRecorded }) => isRecorded],
  ['the name is remembered', ({ isIn }) => isIn('past')],
  ['the directory is no longer in volumes/', ({ isIn }) => !isIn('volumes')],
];

describe('kill -9 while an inline volume comes and goes', function () {
  this.timeout(120_000);
  let place: Site;
  let target: string;

  before(function () {
    if (!isRoot) this.skip();
  });
  beforeEach(() => {
    place = site();
    mkdirSync(join(place.pods, 'pod'));
    target = join(place.pods, 'pod', 'target');
  });
  afterEach(() => place.remove());

  const publish = ({ node }: Client) =>
    node.NodePublishVolume({
      volume_id: ID,
      target_path: target,
      volume_capability: mountCapability('SINGLE_NODE_SINGLE_WRITER'),
      volume_context: inlineContext(),
    });
  const unpublish = ({ node }: Client) =>
    node.NodeUnpublishVolume({ volume_id: ID, target_path: target });
  const inline = (...names: string[]) => join(place.stateDir, 'inline', 'node-1', ...names);

  function view(): View {
    const before = logBytes(place.stateDir);
    return {
      isIn: (directory) => existsSync(inline(directory, ID)),
      get isTargetThere() {
        return existsSync(target);
      },
      get isMounted() {
        return place.mounts().length > 0;
      },
      get isRecorded() {
        return logBytes(place.stateDir) > before;
      },
    };
  }

  /** What is mounted counts, with its data; else nothing is left. */
  async function expectWhole(): Promise<void> {
    const isMounted = place.mounts().length > 0;
    const left = isMounted ? [`volumes/${ID}`] : [];
    const traces = () => JSON.stringify(inlineTraces(place.stateDir));
    await eventually(() => traces() === JSON.stringify(left), `only ${left.join() || 'nothing'}`);
    if (isMounted)
      expect(statSync(target).ino).to.equal(statSync(inline('volumes', ID, 'data')).ino);
  }

  async function killed(
    call: (client: Client) => Promise<unknown>,
    moment: (view: View) => boolean,
  ) {
    const driver = await place.serve();
    if (call === unpublish) {
      await publish(driver.client);
      writeFileSync(join(target, 'file'), 'data');
    }
    const now = view();
    let isOver = false;
    const answer = call(driver.client)
      .catch(() => undefined)
      .finally(() => (isOver = true));
    await killWhen(driver, () => moment(now) || isOver);
    await answer;
  }

  for (const [moment, isNow] of OF_PUBLISH) {
    it(`NodePublishVolume, when ${moment}: the repeated call ends it`, async () => {
      await killed(publish, isNow);
      const { client, stop } = await place.serve();
      await expectWhole();
      await publish(client);
      expect(readdirSync(target)).to.deep.equal([]);
      await unpublish(client);
      expect(place.mounts()).to.deep.equal([]);
      expect(existsSync(target)).to.equal(false);
      await expectWhole();
      await stop();
    });
  }

  for (const [moment, isNow] of OF_UNPUBLISH) {
    it(`NodeUnpublishVolume, when ${moment}: the repeated call ends it`, async () => {
      await killed(unpublish, isNow);
      const { client, stop } = await place.serve();
      await expectWhole();
      if (place.mounts().length > 0)
        expect(readFileSync(join(target, 'file'), 'utf8')).to.equal('data');
      await unpublish(client);
      expect(place.mounts()).to.deep.equal([]);
      expect(existsSync(target)).to.equal(false);
      await expectWhole();
      await stop();
    });
  }
});
