import { expect } from 'chai';
import { entry, flag, message, choice, text, type Field } from '../csi/wire.js';
import { mountsBelow } from '../host/scratch.js';
import { withDriver } from './driver-under-test.js';
import { rawCall } from './raw-call.js';
import { refusedUnchanged } from './refusal.js';
import { takenDownVolumes } from './takedown.js';
import type { TestVolume } from './test-volume.js';

const MODE = 'SINGLE_NODE_SINGLE_WRITER';
const CAPABILITY = [message(2), message(3, choice(1, 6))];
const KIB = 1024;

/** Numbers of the map fields in NodePublishVolumeRequest. */
const PUBLISH_CONTEXT = 2;
const SECRETS = 7;
const VOLUME_CONTEXT = 8;

/** Names that objects have of their own accord. */
const KEYS = ['__proto__', 'constructor', 'toString', 'hasOwnProperty', ''];

describe('maps in requests to the Node service', () => {
  const driver = withDriver();
  const volumes = takenDownVolumes(driver);
  let volume: TestVolume;
  beforeEach(async () => {
    volume = await volumes.staged(MODE);
  });

  const expand = (bytes: number) =>
    driver.client.node.NodeExpandVolume({
      volume_id: volume.id,
      volume_path: volume.stagingPath,
      secrets: withBytes(bytes),
    });

  /** Publishes at `a` with map entries of which some cannot be told to the own client. */
  async function publish(...entries: readonly Field[]): Promise<void> {
    await rawCall(
      driver,
      'NodePublishVolume',
      text(1, volume.id),
      text(3, volume.stagingPath),
      text(4, volume.target('a')),
      message(5, ...CAPABILITY),
      flag(6, false),
      ...entries,
    );
  }

  for (const [name, number] of [
    ['publish_context', PUBLISH_CONTEXT],
    ['volume_context', VOLUME_CONTEXT],
  ] as const) {
    describe(`keys of ${name} are compared, whatever they are called`, () => {
      afterEach(() => volume.unpublish('a'));

      for (const key of KEYS) {
        it(`${JSON.stringify(key)}: the same value is OK, another one or none ALREADY_EXISTS`, async () => {
          await publish(entry(number, key, 'value'), entry(number, 'other', 'value'));
          await publish(entry(number, 'other', 'value'), entry(number, key, 'value'));
          for (const entries of [
            [entry(number, key, 'another'), entry(number, 'other', 'value')],
            [entry(number, 'other', 'value')],
            [entry(number, key, 'value')],
            [],
          ]) {
            const call = () => publish(...entries);
            await refusedUnchanged(driver, call, 'ALREADY_EXISTS', new RegExp(name));
          }
        });

        it(`${JSON.stringify(key)}: an entry more is ALREADY_EXISTS, also after a restart`, async () => {
          await publish();
          const call = () => publish(entry(number, key, 'value'));
          await refusedUnchanged(driver, call, 'ALREADY_EXISTS', new RegExp(name));
          await driver.restart();
          await refusedUnchanged(driver, call, 'ALREADY_EXISTS', new RegExp(name));
          await publish();
        });
      }
    });
  }

  it('secrets of any name are no difference', async () => {
    await publish(entry(SECRETS, '__proto__', 'one'));
    await publish(entry(SECRETS, '__proto__', 'other'));
    await publish();
    await volume.unpublish('a');
  });

  describe('64 KiB are taken, for tokens of service accounts; a byte more is INVALID_ARGUMENT', () => {
    for (const field of ['publish_context', 'volume_context', 'secrets'] as const) {
      it(`NodePublishVolume: ${field}`, async () => {
        await volume.publish('a', { [field]: withBytes(64 * KIB) });
        expect(mountsBelow(volume.target('a'))).to.have.lengthOf(1);
        await volume.publish('a', { [field]: withBytes(64 * KIB) });
        await refusedUnchanged(
          driver,
          () => volume.publish('a', { [field]: withBytes(64 * KIB + 1) }),
          'INVALID_ARGUMENT',
          new RegExp(`^${field} must not exceed 65536 bytes`),
        );
      });

      it(`NodePublishVolume: ${field}, in many entries`, async () => {
        await volume.publish('a', { [field]: inManyEntries(64 * KIB) });
        await refusedUnchanged(
          driver,
          () => volume.publish('a', { [field]: inManyEntries(65 * KIB) }),
          'INVALID_ARGUMENT',
          new RegExp(`^${field} must not exceed 65536 bytes`),
        );
      });

      it(`NodeStageVolume: ${field}`, async () => {
        await volume.stage({ [field]: withBytes(64 * KIB) });
        await refusedUnchanged(
          driver,
          () => volume.stage({ [field]: withBytes(64 * KIB + 1) }),
          'INVALID_ARGUMENT',
          new RegExp(`^${field} must not exceed 65536 bytes`),
        );
      });
    }

    it('NodeExpandVolume: secrets', async () => {
      await expand(64 * KIB);
      const tooMuch = () => expand(64 * KIB + 1);
      await refusedUnchanged(driver, tooMuch, 'INVALID_ARGUMENT', /^secrets must not exceed/);
    });
  });
});

/** A map of so many bytes. */
function withBytes(bytes: number): Record<string, string> {
  return { key: 'v'.repeat(bytes - 3) };
}

function inManyEntries(bytes: number): Record<string, string> {
  const each = 'v'.repeat(bytes / 1024 - 7);
  return Object.fromEntries(
    Array.from({ length: 1024 }, (_, index) => [`key${String(index).padStart(4, '0')}`, each]),
  );
}
