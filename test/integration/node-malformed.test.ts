import { choice, flag, message, text, type Field } from '../csi/wire.js';
import { withDriver } from './driver-under-test.js';
import { rawCall } from './raw-call.js';
import { refusedUnchanged } from './refusal.js';
import { takenDownVolumes } from './takedown.js';
import { mountCapability, type TestVolume } from './test-volume.js';

const SINGLE_NODE_SINGLE_WRITER = 6;

/** Fields of `VolumeCapability`, by their numbers in the proto. */
const block = message(1);
const mount = message(2, text(1, 'ext4'));
const mode = (number: number) => message(3, choice(1, number));

/** What no capability may look like, and the field that the answer names. */
const MALFORMED: [string, readonly Field[] | undefined, RegExp][] = [
  ['no volume_capability', undefined, /^volume_capability is required/],
  ['no access_mode', [mount], /^volume_capability\.access_mode is required/],
  ['an empty access_mode', [mount, message(3)], /^volume_capability\.access_mode\.mode .*UNKNOWN/],
  ['UNKNOWN', [mount, mode(0)], /^volume_capability\.access_mode\.mode .*UNKNOWN/],
  ['a mode of no spec yet', [mount, mode(8)], /^volume_capability\.access_mode\.mode is 8/],
  ['a negative mode', [mount, mode(-1)], /^volume_capability\.access_mode\.mode is -1/],
  ['the largest mode', [mount, mode(2 ** 31 - 1)], /^volume_capability\.access_mode\.mode/],
  ['no access_type', [mode(SINGLE_NODE_SINGLE_WRITER)], /^volume_capability\.access_type/],
  [
    'both access types',
    [block, mount, mode(SINGLE_NODE_SINGLE_WRITER)],
    /^volume_capability.*both/,
  ],
  [
    'both, mount first',
    [mount, block, mode(SINGLE_NODE_SINGLE_WRITER)],
    /^volume_capability.*both/,
  ],
];

describe('malformed requests to the Node service are INVALID_ARGUMENT and name the field', () => {
  const driver = withDriver();
  const volumes = takenDownVolumes(driver);
  const node = () => driver.client.node;

  describe('volume_capability, as bytes that the own client does not make', () => {
    for (const [name, fields, expected] of MALFORMED) {
      it(`NodeStageVolume with ${name}`, async () => {
        const volume = await volumes.created('SINGLE_NODE_SINGLE_WRITER');
        await volume.attach();
        await refusedUnchanged(
          driver,
          () =>
            rawCall(
              driver,
              'NodeStageVolume',
              text(1, volume.id),
              text(3, volume.stagingPath),
              ...capability(4, fields),
            ),
          'INVALID_ARGUMENT',
          expected,
        );
      });

      it(`NodePublishVolume with ${name}`, async () => {
        const volume = await volumes.staged('SINGLE_NODE_SINGLE_WRITER');
        await refusedUnchanged(
          driver,
          () =>
            rawCall(
              driver,
              'NodePublishVolume',
              text(1, volume.id),
              text(3, volume.stagingPath),
              text(4, volume.target('a')),
              ...capability(5, fields),
              flag(6, false),
            ),
          'INVALID_ARGUMENT',
          expected,
        );
      });

      if (fields === undefined) continue;
      it(`NodeExpandVolume with ${name}`, async () => {
        const volume = await volumes.staged('SINGLE_NODE_SINGLE_WRITER');
        const call = () =>
          rawCall(
            driver,
            'NodeExpandVolume',
            text(1, volume.id),
            text(2, volume.stagingPath),
            ...capability(5, fields),
          );
        await refusedUnchanged(driver, call, 'INVALID_ARGUMENT', expected);
      });
    }
  });

  describe('required fields that are absent', () => {
    const volume_capability = mountCapability('SINGLE_NODE_WRITER');
    const [volume_id, staging_target_path] = ['volume', '/staging'];
    const [target_path, volume_path] = ['/target', '/target'];

    const CASES: [string, () => Promise<unknown>, RegExp][] = [
      [
        'NodeStageVolume',
        () => node().NodeStageVolume({ staging_target_path, volume_capability }),
        /^volume_id/,
      ],
      [
        'NodeStageVolume',
        () => node().NodeStageVolume({ volume_id, volume_capability }),
        /^staging_target_path/,
      ],
      ['NodeUnstageVolume', () => node().NodeUnstageVolume({ staging_target_path }), /^volume_id/],
      ['NodeUnstageVolume', () => node().NodeUnstageVolume({ volume_id }), /^staging_target_path/],
      [
        'NodePublishVolume',
        () => node().NodePublishVolume({ target_path, volume_capability }),
        /^volume_id/,
      ],
      [
        'NodePublishVolume',
        () => node().NodePublishVolume({ volume_id, volume_capability }),
        /^target_path/,
      ],
      ['NodeUnpublishVolume', () => node().NodeUnpublishVolume({ target_path }), /^volume_id/],
      ['NodeUnpublishVolume', () => node().NodeUnpublishVolume({ volume_id }), /^target_path/],
      ['NodeGetVolumeStats', () => node().NodeGetVolumeStats({ volume_path }), /^volume_id/],
      ['NodeGetVolumeStats', () => node().NodeGetVolumeStats({ volume_id }), /^volume_path/],
      ['NodeExpandVolume', () => node().NodeExpandVolume({ volume_path }), /^volume_id/],
      ['NodeExpandVolume', () => node().NodeExpandVolume({ volume_id }), /^volume_path/],
    ];
    for (const [rpc, call, field] of CASES) {
      it(`${rpc}: ${field.source.slice(1)}`, () =>
        refusedUnchanged(driver, call, 'INVALID_ARGUMENT', field));
    }
  });

  describe('volume ids', () => {
    for (const [name, volume_id] of [
      ['of 129 bytes', 'v'.repeat(129)],
      ['of 65 characters in 130 bytes', 'é'.repeat(65)],
      ['with a NUL', 'vol\0ume'],
    ] as const) {
      for (const [rpc, call] of callsWith(volume_id)) {
        it(`${rpc}: ${name}`, () =>
          refusedUnchanged(driver, call, 'INVALID_ARGUMENT', /^volume_id must not/));
      }
    }

    for (const volume_id of ['../../etc', 'a/b', '..', '.', '/', 'v'.repeat(128), '\n', 'é', ' ']) {
      for (const [rpc, call] of callsWith(volume_id)) {
        it(`${rpc}: ${JSON.stringify(volume_id)} is a volume that does not exist: NOT_FOUND`, () =>
          refusedUnchanged(driver, call, 'NOT_FOUND'));
      }
    }
  });

  /** Every call that names a volume, else complete. */
  function callsWith(volume_id: string): [string, () => Promise<unknown>][] {
    const volume_capability = mountCapability('SINGLE_NODE_WRITER');
    const staging_target_path = '/nowhere/staging';
    const [target_path, volume_path] = ['/nowhere/target', '/nowhere/target'];
    const request = { volume_id, staging_target_path, volume_capability };
    return [
      ['NodeStageVolume', () => node().NodeStageVolume(request)],
      ['NodeUnstageVolume', () => node().NodeUnstageVolume({ volume_id, staging_target_path })],
      ['NodePublishVolume', () => node().NodePublishVolume({ ...request, target_path })],
      ['NodeUnpublishVolume', () => node().NodeUnpublishVolume({ volume_id, target_path })],
      ['NodeGetVolumeStats', () => node().NodeGetVolumeStats({ volume_id, volume_path })],
      ['NodeExpandVolume', () => node().NodeExpandVolume({ volume_id, volume_path })],
    ];
  }

  describe('paths', () => {
    const WRONG: [string, string, RegExp][] = [
      ['relative', 'some/path', /absolute/],
      ['of dots', '/tmp/../etc', /"\.\."/],
      ['of dots at the end', '/tmp/..', /"\.\."/],
      ['with a NUL', '/tmp/a\0b', /NUL/],
      ['of 4096 bytes', `/${'d/'.repeat(2047)}e`, /4095 bytes/],
      ['the root', '/', /root/],
      ['the root in other words', '//./', /root/],
    ];
    const FIELDS: [string, (volume: TestVolume, path: string) => Promise<unknown>][] = [
      ['target_path', (volume, path) => volume.publish('a', { target_path: path })],
      [
        'target_path',
        ({ id }, path) => node().NodeUnpublishVolume({ volume_id: id, target_path: path }),
      ],
      ['staging_target_path', (volume, path) => volume.stage({ staging_target_path: path })],
      ['staging_target_path', (volume, path) => volume.publish('a', { staging_target_path: path })],
      [
        'staging_target_path',
        ({ id }, path) => node().NodeUnstageVolume({ volume_id: id, staging_target_path: path }),
      ],
    ];
    for (const [name, path, expected] of WRONG) {
      it(name, async () => {
        const volume = await volumes.staged('MULTI_NODE_MULTI_WRITER');
        for (const [field, call] of FIELDS) {
          await refusedUnchanged(
            driver,
            () => call(volume, path),
            'INVALID_ARGUMENT',
            new RegExp(`^${field} .*${expected.source}`),
          );
        }
      });
    }
  });
});

function capability(number: number, fields: readonly Field[] | undefined): Field[] {
  return fields === undefined ? [] : [message(number, ...fields)];
}
