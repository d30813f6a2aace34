import { expect } from 'chai';
import type { CapacityRange } from '../../src/csi/generated/csi/v1/CapacityRange.js';
import type { ControllerExpandVolumeRequest } from '../../src/csi/generated/csi/v1/ControllerExpandVolumeRequest.js';
import type { Code } from '../../src/csi/status.js';
import type { OptionsInput } from '../../src/index.js';
import { refusedKeepingAll } from './controller-state.js';
import { withDriver } from './driver-under-test.js';
import { createRequest, newVolume } from './new-volume.js';
import { refused } from './refusal.js';
import { creationOf, mountCapability, stagedVolume } from './test-volume.js';

const Mi = 2n ** 20n;

const range = (required: bigint, limit = 0n): CapacityRange => ({
  required_bytes: String(required),
  limit_bytes: String(limit),
});

describe('ControllerExpandVolume', () => {
  const driver = withDriver({ maxVolumeSize: 100n * Mi });
  const expand = (request: ControllerExpandVolumeRequest) =>
    driver.client.controller.ControllerExpandVolume(request);
  let volume_id = '';

  beforeEach(async () => {
    ({ volume_id } = await newVolume(driver.client, { capacity_range: range(10n * Mi) }));
  });

  async function size(): Promise<bigint> {
    const { volume } = await driver.client.controller.ControllerGetVolume({ volume_id });
    return BigInt(volume?.capacity_bytes ?? 0);
  }

  const sizes: [string, CapacityRange | null, bigint | Code, RegExp?][] = [
    ['larger', range(20n * Mi), 20n * Mi],
    ['larger by a byte', range(10n * Mi + 1n), 10n * Mi + 1n],
    ['larger, within a limit', range(20n * Mi, 30n * Mi), 20n * Mi],
    ['the same', range(10n * Mi, 10n * Mi), 10n * Mi],
    ['smaller than it is', range(Mi), 10n * Mi],
    ['limited above what it has', range(0n, 30n * Mi), 10n * Mi],
    ['the largest', range(100n * Mi), 100n * Mi],
    ['over the largest', range(100n * Mi + 1n), 'OUT_OF_RANGE', /at most 104857600/],
    ['the largest number', range(2n ** 63n - 1n), 'OUT_OF_RANGE', /at most 104857600/],
    ['limited below what it has', range(0n, Mi), 'OUT_OF_RANGE', /never made smaller/],
    ['no range', null, 'INVALID_ARGUMENT', /^capacity_range is required/],
    ['0', range(0n), 'INVALID_ARGUMENT', /^capacity_range needs/],
    ['negative', range(-1n), 'INVALID_ARGUMENT', /^capacity_range\.required_bytes /],
    [
      'a limit below what is required',
      range(30n * Mi, 20n * Mi),
      'INVALID_ARGUMENT',
      /limit_bytes/,
    ],
  ];
  for (const [title, capacity_range, expected, words] of sizes) {
    it(`${title}: ${expected}`, async () => {
      const request = { volume_id, capacity_range, secrets: { password: 's3cret' } };
      if (typeof expected === 'string') {
        await refusedKeepingAll(driver, () => expand(request), expected, words);
      } else {
        for (const _ of [1, 2]) {
          expect(await expand(request)).to.deep.equal({
            capacity_bytes: String(expected),
            node_expansion_required: true,
          });
        }
        expect(await size()).to.equal(expected);
      }
    });
  }

  const capabilities: [string, ControllerExpandVolumeRequest, Code | 'OK'][] = [
    ['its own', { volume_capability: mountCapability('SINGLE_NODE_WRITER') }, 'OK'],
    [
      'one that its own implies',
      { volume_capability: mountCapability('SINGLE_NODE_SINGLE_WRITER') },
      'OK',
    ],
    [
      'one that it lacks',
      { volume_capability: mountCapability('MULTI_NODE_MULTI_WRITER') },
      'INVALID_ARGUMENT',
    ],
    [
      'block',
      { volume_capability: { access_mode: { mode: 'SINGLE_NODE_WRITER' }, block: {} } },
      'INVALID_ARGUMENT',
    ],
    ['a broken one', { volume_capability: {} }, 'INVALID_ARGUMENT'],
  ];
  for (const [title, changed, expected] of capabilities) {
    it(`with a capability, ${title}: ${expected}`, async () => {
      const request = { volume_id, capacity_range: range(20n * Mi), ...changed };
      if (expected === 'OK') {
        await expand(request);
        expect(await size()).to.equal(20n * Mi);
      } else {
        const grow = () => expand(request);
        await refusedKeepingAll(driver, grow, expected, /access_mode|does not support/);
      }
    });
  }

  for (const id of ['vol-1', '../volumes', '__proto__']) {
    it(`volume ${id}, which does not exist: NOT_FOUND`, () =>
      refused(expand({ volume_id: id, capacity_range: range(Mi) }), 'NOT_FOUND', /^volume /));
  }
  it('no volume_id: INVALID_ARGUMENT', () =>
    refused(expand({ capacity_range: range(Mi) }), 'INVALID_ARGUMENT', /^volume_id is required/));

  it('the new size survives a restart, and CreateVolume repeated with the old one stays OK', async () => {
    const request = createRequest({ capacity_range: range(10n * Mi) });
    ({ volume_id } = await newVolume(driver.client, request));
    await expand({ volume_id, capacity_range: range(20n * Mi) });
    await driver.restart();
    expect(await size()).to.equal(20n * Mi);
    expect(await newVolume(driver.client, request)).to.deep.include({
      volume_id,
      capacity_bytes: String(20n * Mi),
    });
  });

  it('racing calls: the largest wins, and no call makes it smaller', async () => {
    const asked = [30n, 50n, 20n, 40n].map((count) => count * Mi);
    const answers = await Promise.all(
      asked.map((bytes) => expand({ volume_id, capacity_range: range(bytes) })),
    );
    for (const [index, { capacity_bytes }] of answers.entries()) {
      expect(Number(capacity_bytes)).to.be.at.least(Number(asked[index]));
    }
    expect(await size()).to.equal(50n * Mi);
  });

  it('while published, the node sees the new size', async () => {
    await driver.restart({ defaultVolumeSize: 10n * Mi });
    const volume = await stagedVolume(driver, 'SINGLE_NODE_WRITER');
    await volume.publish('a');
    await expand({ volume_id: volume.id, capacity_range: range(90n * Mi) });
    const at = { volume_id: volume.id, volume_path: volume.target('a') };
    const { usage } = await driver.client.node.NodeGetVolumeStats(at);
    expect(usage.find(({ unit }) => unit === 'BYTES')?.total).to.equal(String(90n * Mi));
    await volume.unpublish('a');
    await volume.unstage();
  });
});

describe('ControllerExpandVolume where nodes do less', () => {
  const driver = withDriver();
  const cases: [title: string, OptionsInput, images: boolean][] = [
    ['by option', { nodeExpandRequired: false }, true],
    ['as they do not advertise EXPAND_VOLUME', { withoutNodeCapability: ['EXPAND_VOLUME'] }, false],
  ];
  for (const [title, options, ofImages] of cases) {
    for (const format of ['directory', 'raw'] as const) {
      const node_expansion_required = format === 'raw' && ofImages;
      it(`${title}, ${format}: node_expansion_required is ${node_expansion_required}`, async () => {
        await driver.restart(options);
        const request = creationOf(format, ['SINGLE_NODE_WRITER']);
        const { volume_id } = await newVolume(driver.client, request);
        const answer = await driver.client.controller.ControllerExpandVolume({
          volume_id,
          capacity_range: range(2n ** 31n),
        });
        expect(answer).to.deep.equal({
          capacity_bytes: String(2n ** 31n),
          node_expansion_required,
        });
      });
    }
  }
});
