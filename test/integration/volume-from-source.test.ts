import { execFileSync } from 'node:child_process';
import { closeSync, openSync, readFileSync, statSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import type { CreateVolumeRequest } from '../../src/csi/generated/csi/v1/CreateVolumeRequest.js';
import type { Volume__Output } from '../../src/csi/generated/csi/v1/Volume.js';
import type { VolumeContentSource } from '../../src/csi/generated/csi/v1/VolumeContentSource.js';
import type { Code } from '../../src/csi/status.js';
import { refusedKeepingAll } from './controller-state.js';
import { withDriver } from './driver-under-test.js';
import { deleteAll, newSnapshot } from './new-snapshot.js';
import { newVolume } from './new-volume.js';
import { mountCapability } from './test-volume.js';

const GIB = 2n ** 30n;
const MIB = 2n ** 20n;
const BLOCK = { access_mode: { mode: 'SINGLE_NODE_WRITER' }, block: {} } as const;
const ENFORCED = { parameters: { enforceSize: 'true' } };
const fsType = (fs_type: string) => ({
  volume_capabilities: [mountCapability('SINGLE_NODE_WRITER', { fs_type })],
});

const sized = (bytes: bigint) => ({ capacity_range: { required_bytes: String(bytes) } });

describe('a volume from a source', () => {
  const driver = withDriver({ topology: true });
  afterEach(() => deleteAll(driver.client));

  const file = (id: string, ...names: string[]) =>
    join(driver.options.poolDir, 'volumes', id, ...names);

  const KINDS = ['snapshot', 'volume'] as const;
  type Kind = (typeof KINDS)[number];

  /** What names a volume, or a snapshot of it, as a source. */
  async function sourceOf(kind: Kind, volume_id: string): Promise<VolumeContentSource> {
    if (kind === 'volume') return { volume: { volume_id } };
    const { snapshot_id } = await newSnapshot(driver.client, volume_id);
    return { snapshot: { snapshot_id } };
  }

  async function made(kind: Kind, source: Volume__Output, changed: CreateVolumeRequest = {}) {
    const volume_content_source = await sourceOf(kind, source.volume_id);
    return newVolume(driver.client, { volume_content_source, ...changed });
  }

  for (const kind of KINDS) {
    describe(kind === 'volume' ? 'a volume' : 'a snapshot', () => {
      it('has the data, and its own from then on', async () => {
        const source = await newVolume(driver.client);
        writeFileSync(file(source.volume_id, 'data', 'file'), 'content');
        const { volume_id } = await made(kind, source);
        writeFileSync(file(source.volume_id, 'data', 'file'), 'changed');
        writeFileSync(file(source.volume_id, 'data', 'later'), '');
        expect(readFileSync(file(volume_id, 'data', 'file'), 'utf8')).to.equal('content');
        expect(() => readFileSync(file(volume_id, 'data', 'later'))).to.throw('ENOENT');
      });

      it('every answer names its source', async () => {
        const source = await newVolume(driver.client);
        const volume_content_source = await sourceOf(kind, source.volume_id);
        const volume = await newVolume(driver.client, { volume_content_source });
        expect(volume.content_source).to.deep.include(volume_content_source);
        const { volume_id } = volume;
        const got = await driver.client.controller.ControllerGetVolume({ volume_id });
        expect(got.volume).to.deep.equal(volume);
        expect(source.content_source).to.equal(null);
      });

      const SIZES: [asked: CreateVolumeRequest, bytes: bigint][] = [
        [{}, 2n * GIB],
        [sized(GIB), 2n * GIB],
        [sized(2n * GIB), 2n * GIB],
        [sized(3n * GIB), 3n * GIB],
        [{ capacity_range: { limit_bytes: String(2n * GIB) } }, 2n * GIB],
      ];
      for (const [asked, bytes] of SIZES) {
        it(`of 2 GiB, asked for ${JSON.stringify(asked)}: ${bytes} bytes`, async () => {
          const source = await newVolume(driver.client, sized(2n * GIB));
          expect((await made(kind, source, asked)).capacity_bytes).to.equal(String(bytes));
        });
      }

      it('that is larger than limit_bytes: OUT_OF_RANGE', async () => {
        const source = await newVolume(driver.client, sized(2n * GIB));
        const volume_content_source = await sourceOf(kind, source.volume_id);
        const capacity_range = { limit_bytes: String(2n * GIB - 1n) };
        await refusedKeepingAll(
          driver,
          () => newVolume(driver.client, { volume_content_source, capacity_range }),
          'OUT_OF_RANGE',
          /needs at least 2147483648/,
        );
      });

      const OTHERS: [what: string, source: CreateVolumeRequest, asked: CreateVolumeRequest][] = [
        ['block from mount', {}, { volume_capabilities: [BLOCK] }],
        ['mount from block', { volume_capabilities: [BLOCK], ...sized(MIB) }, {}],
        ['an enforced size from a directory', {}, ENFORCED],
        ['a directory from an enforced size', ENFORCED, {}],
        ['ext4 from xfs', { ...ENFORCED, ...fsType('xfs') }, { ...ENFORCED, ...fsType('ext4') }],
      ];
      for (const [what, first, second] of OTHERS) {
        it(`${what}: INVALID_ARGUMENT that names both`, async () => {
          const source = await newVolume(driver.client, { ...sized(512n * MIB), ...first });
          const volume_content_source = await sourceOf(kind, source.volume_id);
          await refusedKeepingAll(
            driver,
            () => newVolume(driver.client, { volume_content_source, ...second }),
            'INVALID_ARGUMENT',
            /^volume_content_source: .* is for .* access.*, the volume is to be for .* access/,
          );
        });
      }

      it('an fs_type that is not named is that of the source', async () => {
        const xfs = { ...ENFORCED, ...sized(512n * MIB) };
        const source = await newVolume(driver.client, { ...xfs, ...fsType('xfs') });
        const { volume_id } = await made(kind, source, ENFORCED);
        const text = readFileSync(file(volume_id, 'volume.json'), 'utf8');
        expect(text).to.include('"format":"xfs"');
      });

      it('a block volume has every byte, and zeros beyond', async () => {
        const block = { volume_capabilities: [BLOCK] };
        const source = await newVolume(driver.client, { ...block, ...sized(4n * MIB) });
        const image = openSync(file(source.volume_id, 'image'), 'r+');
        writeSync(image, 'bytes', 2 ** 21);
        closeSync(image);
        const { volume_id } = await made(kind, source, { ...block, ...sized(8n * MIB) });
        const copied = readFileSync(file(volume_id, 'image'));
        const expected = Buffer.alloc(2 ** 23);
        expected.write('bytes', 2 ** 21);
        expect(copied.equals(expected)).to.equal(true);
        expect(statSync(file(volume_id, 'image')).blocks * 512).to.be.below(2 ** 20);
      });

      it('an ext4 volume is a sound file system in an image of the new size', async () => {
        const source = await newVolume(driver.client, { ...ENFORCED, ...sized(32n * MIB) });
        const larger = { ...ENFORCED, ...sized(64n * MIB) };
        const { volume_id } = await made(kind, source, larger);
        expect(statSync(file(volume_id, 'image')).size).to.equal(2 ** 26);
        execFileSync('e2fsck', ['-fn', file(volume_id, 'image')], { stdio: 'ignore' });
      });

      it('again by the same name: the same volume, also when the source is gone', async () => {
        const { volume_id } = await newVolume(driver.client);
        const volume_content_source = await sourceOf(kind, volume_id);
        const request = { name: `again from ${kind}`, volume_content_source };
        const first = await newVolume(driver.client, request);
        const { snapshot_id = '' } = volume_content_source.snapshot ?? {};
        if (kind === 'snapshot') await driver.client.controller.DeleteSnapshot({ snapshot_id });
        await driver.client.controller.DeleteVolume({ volume_id });
        expect(await newVolume(driver.client, request)).to.deep.equal(first);
        const other = { name: request.name };
        await refusedKeepingAll(
          driver,
          () => newVolume(driver.client, other),
          'ALREADY_EXISTS',
          /was made from .* asks for nothing/,
        );
      });

      it('where the source cannot be reached: RESOURCE_EXHAUSTED', async () => {
        const { volume_id } = await newVolume(driver.client);
        const volume_content_source = await sourceOf(kind, volume_id);
        const elsewhere = { segments: { [driver.options.topologyKey]: 'node-2' } };
        await refusedKeepingAll(
          driver,
          () =>
            newVolume(driver.client, {
              volume_content_source,
              accessibility_requirements: { requisite: [elsewhere], preferred: [elsewhere] },
            }),
          'RESOURCE_EXHAUSTED',
          /accessibility_requirements/,
        );
      });
    });
  }

  const UNKNOWN: [what: string, source: VolumeContentSource, code: Code, words: RegExp][] = [
    ['an unknown snapshot', { snapshot: { snapshot_id: 'x' } }, 'NOT_FOUND', /^snapshot x /],
    ['an unknown volume', { volume: { volume_id: 'x' } }, 'NOT_FOUND', /^volume x /],
    ['an id that climbs', { volume: { volume_id: '../x' } }, 'NOT_FOUND', /^volume /],
    ['no snapshot_id', { snapshot: {} }, 'INVALID_ARGUMENT', /snapshot_id is required/],
    ['no volume_id', { volume: {} }, 'INVALID_ARGUMENT', /volume_id is required/],
    ['neither', {}, 'INVALID_ARGUMENT', /volume_content_source.type is required/],
  ];
  for (const [what, volume_content_source, code, words] of UNKNOWN) {
    it(`${what}: ${code}`, () =>
      refusedKeepingAll(
        driver,
        () => newVolume(driver.client, { volume_content_source }),
        code,
        words,
      ));
  }

  it('a clone of a clone of a snapshot of a clone has the data', async () => {
    let volume = await newVolume(driver.client);
    writeFileSync(file(volume.volume_id, 'data', 'file'), 'content');
    for (const kind of ['volume', 'snapshot', 'volume'] as const) volume = await made(kind, volume);
    expect(readFileSync(file(volume.volume_id, 'data', 'file'), 'utf8')).to.equal('content');
  });

  it('of a kind that is not advertised: INVALID_ARGUMENT', async () => {
    const { volume_id } = await newVolume(driver.client);
    const sources = [await sourceOf('volume', volume_id), await sourceOf('snapshot', volume_id)];
    const without = ['CLONE_VOLUME', 'CREATE_DELETE_SNAPSHOT'] as const;
    await driver.restart({ withoutControllerCapability: without });
    for (const volume_content_source of sources) {
      await refusedKeepingAll(
        driver,
        () => newVolume(driver.client, { volume_content_source }),
        'INVALID_ARGUMENT',
        /is not supported: .* is not advertised/,
      );
    }
    await driver.restart();
  });
});
