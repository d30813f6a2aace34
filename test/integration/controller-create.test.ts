import { randomUUID } from 'node:crypto';
import { expect } from 'chai';
import type { CapacityRange } from '../../src/csi/generated/csi/v1/CapacityRange.js';
import type { CreateVolumeRequest } from '../../src/csi/generated/csi/v1/CreateVolumeRequest.js';
import type { TopologyRequirement } from '../../src/csi/generated/csi/v1/TopologyRequirement.js';
import { StatusError, type Code } from '../../src/csi/status.js';
import { expectDataOfListedVolumes, refusedKeepingAll } from './controller-state.js';
import { withDriver } from './driver-under-test.js';
import { createRequest, newVolume } from './new-volume.js';
import { refused } from './refusal.js';
import { mountCapability } from './test-volume.js';

const Mi = 2n ** 20n;
const TOPOLOGY_KEY = 'topology.mock.csi.test/node';
const here = { segments: { [TOPOLOGY_KEY]: 'node-1' } };
const elsewhere = { segments: { [TOPOLOGY_KEY]: 'node-2' } };

const range = (required: bigint, limit = 0n): CapacityRange => ({
  required_bytes: String(required),
  limit_bytes: String(limit),
});

describe('CreateVolume', () => {
  const driver = withDriver({
    minVolumeSize: Mi,
    maxVolumeSize: 100n * Mi,
    defaultVolumeSize: '8Mi',
  });

  it('answers with an id, the size, and where the volume can be reached', async () => {
    const volume = await newVolume(driver.client);
    expect(volume.volume_id).to.match(/^vol-[-0-9a-f]{36}$/);
    expect(volume).to.deep.include({
      capacity_bytes: String(8n * Mi),
      accessible_topology: [here],
      volume_context: {},
      content_source: null,
    });
  });

  describe('the size', () => {
    const cases: [string, CapacityRange | null, bigint | Code, RegExp?][] = [
      ['not asked for: the default', null, 8n * Mi],
      ['required', range(5n * Mi), 5n * Mi],
      ['required to the byte', range(5n * Mi + 1n), 5n * Mi + 1n],
      ['exactly', range(5n * Mi, 5n * Mi), 5n * Mi],
      ['limited alone, below the default', range(0n, 2n * Mi), 2n * Mi],
      ['limited alone, above the default', range(0n, 20n * Mi), 8n * Mi],
      ['below the smallest: the smallest', range(1n), Mi],
      ['the largest', range(100n * Mi), 100n * Mi],
      ['limited below the smallest', range(1n, Mi - 1n), 'OUT_OF_RANGE', /at least 1048576/],
      ['over the largest', range(100n * Mi + 1n), 'OUT_OF_RANGE', /at most 104857600/],
      ['the largest number', range(2n ** 63n - 1n), 'OUT_OF_RANGE', /at most 104857600/],
      ['0', range(0n), 'INVALID_ARGUMENT', /^capacity_range /],
      ['negative', range(-1n), 'INVALID_ARGUMENT', /^capacity_range\.required_bytes /],
      ['a negative limit', range(Mi, -1n), 'INVALID_ARGUMENT', /^capacity_range\.limit_bytes /],
      ['limit below required', range(3n * Mi, 2n * Mi), 'INVALID_ARGUMENT', /limit_bytes /],
    ];
    for (const [title, capacity_range, expected, words] of cases) {
      it(`${title}: ${expected}`, async () => {
        if (typeof expected === 'string') {
          const create = () => newVolume(driver.client, { capacity_range });
          await refusedKeepingAll(driver, create, expected, words);
        } else {
          const { capacity_bytes } = await newVolume(driver.client, { capacity_range });
          expect(capacity_bytes).to.equal(String(expected));
        }
      });
    }
  });

  describe('where it is to be reached', () => {
    const cases: [string, TopologyRequirement, 'OK' | Code][] = [
      ['here', { requisite: [here] }, 'OK'],
      ['here or elsewhere', { requisite: [elsewhere, here], preferred: [elsewhere] }, 'OK'],
      ['elsewhere if possible', { preferred: [elsewhere] }, 'OK'],
      ['elsewhere', { requisite: [elsewhere] }, 'RESOURCE_EXHAUSTED'],
      [
        'elsewhere, preferably here',
        { requisite: [elsewhere], preferred: [here] },
        'RESOURCE_EXHAUSTED',
      ],
    ];
    for (const [title, accessibility_requirements, expected] of cases) {
      it(`${title}: ${expected}`, async () => {
        const request = createRequest({ accessibility_requirements });
        if (expected === 'OK') {
          const { accessible_topology } = await newVolume(driver.client, request);
          expect(accessible_topology).to.deep.equal([here]);
        } else {
          const create = () => newVolume(driver.client, request);
          await refusedKeepingAll(driver, create, expected, /accessibility_requirements/);
        }
      });
    }
  });

  describe('again, by a name that is taken', () => {
    const name = randomUUID();
    const [SNW, SNMW, MNRO, MNMW] = [
      mountCapability('SINGLE_NODE_WRITER'),
      mountCapability('SINGLE_NODE_MULTI_WRITER'),
      mountCapability('MULTI_NODE_READER_ONLY'),
      mountCapability('MULTI_NODE_MULTI_WRITER'),
    ];
    const first = createRequest({
      name,
      capacity_range: range(8n * Mi, 16n * Mi),
      volume_capabilities: [SNW, MNRO],
      accessibility_requirements: { requisite: [here], preferred: [here] },
    });
    before(async () => {
      await newVolume(driver.client, first);
    });

    const compatible: [string, CreateVolumeRequest][] = [
      ['the same', {}],
      ['no size', { capacity_range: null }],
      ['a smaller size', { capacity_range: range(Mi) }],
      ['its size as the limit', { capacity_range: range(0n, 8n * Mi) }],
      ['one capability of two', { volume_capabilities: [MNRO] }],
      ['SINGLE_NODE_MULTI_WRITER, as after an upgrade', { volume_capabilities: [SNMW] }],
      [
        'another fs_type',
        { volume_capabilities: [mountCapability('SINGLE_NODE_WRITER', { fs_type: 'xfs' })] },
      ],
      ['no topology', { accessibility_requirements: null }],
      [
        'a topology beside its own',
        { accessibility_requirements: { requisite: [elsewhere, here] } },
      ],
      [
        'parameters that Kubernetes adds',
        { parameters: { 'csi.storage.k8s.io/pvc/name': 'data' } },
      ],
      ['other secrets', { secrets: { password: 'another' } }],
    ];
    for (const [title, changed] of compatible) {
      it(`${title}: OK, the same answer`, async () => {
        const request = { ...first, ...changed };
        const [answer, again] = [
          await newVolume(driver.client, first),
          await newVolume(driver.client, request),
        ];
        expect(again).to.deep.equal(answer);
        await expectDataOfListedVolumes(driver);
      });
    }

    const incompatible: [string, CreateVolumeRequest, RegExp][] = [
      ['a larger size', { capacity_range: range(9n * Mi) }, /capacity_range/],
      ['a lower limit', { capacity_range: range(Mi, 8n * Mi - 1n) }, /capacity_range/],
      [
        'an access mode that it lacks',
        { volume_capabilities: [MNMW] },
        /volume_capabilities.*MULTI_NODE_MULTI_WRITER/,
      ],
      [
        'one capability of two that it lacks',
        { volume_capabilities: [SNW, MNMW] },
        /volume_capabilities/,
      ],
      [
        'a topology that does not reach it',
        { accessibility_requirements: { requisite: [elsewhere] } },
        /accessibility_requirements/,
      ],
    ];
    for (const [title, changed, words] of incompatible) {
      it(`${title}: ALREADY_EXISTS`, () =>
        refusedKeepingAll(
          driver,
          () => newVolume(driver.client, { ...first, ...changed }),
          'ALREADY_EXISTS',
          words,
        ));
    }
  });

  it('a volume of several capabilities can be used with any, and with no other', async () => {
    const modes = ['SINGLE_NODE_WRITER', 'MULTI_NODE_READER_ONLY'] as const;
    const { volume_id } = await newVolume(driver.client, {
      volume_capabilities: modes.map((mode) => mountCapability(mode)),
    });
    const ids = { volume_id, node_id: driver.nodeId };
    const { controller } = driver.client;
    for (const mode of modes) {
      await controller.ControllerPublishVolume({
        ...ids,
        volume_capability: mountCapability(mode),
      });
      await controller.ControllerUnpublishVolume(ids);
    }
    const other = { ...ids, volume_capability: mountCapability('MULTI_NODE_MULTI_WRITER') };
    await refused(
      controller.ControllerPublishVolume(other),
      'FAILED_PRECONDITION',
      /does not support/,
    );
  });

  it('a name that is used again after DeleteVolume gets another id', async () => {
    const request = createRequest();
    const first = await newVolume(driver.client, request);
    await driver.client.controller.DeleteVolume({ volume_id: first.volume_id });
    const second = await newVolume(driver.client, request);
    expect(second.volume_id).not.to.equal(first.volume_id);
    expect((await newVolume(driver.client, request)).volume_id).to.equal(second.volume_id);
  });

  it('30 calls of one name at the same time: one volume, 30 times the same answer', async () => {
    const { entries: before } = await driver.client.controller.ListVolumes({});
    const request = createRequest();
    const calls = Array.from({ length: 30 }, () => newVolume(driver.client, request));
    const [first, ...others] = await Promise.all(calls);
    for (const other of others) expect(other).to.deep.equal(first);
    const { entries } = await driver.client.controller.ListVolumes({});
    expect(entries).to.have.lengthOf(before.length + 1);
    await expectDataOfListedVolumes(driver);
  });

  it('racing with DeleteVolume: no call fails, and one volume is left at the end', async () => {
    const { controller } = driver.client;
    const request = createRequest();
    const { entries: before } = await controller.ListVolumes({});
    let { volume_id } = await newVolume(driver.client, request);
    for (let round = 0; round < 20; round += 1) {
      const [created] = await Promise.all([
        newVolume(driver.client, request),
        controller.DeleteVolume({ volume_id }),
        newVolume(driver.client, request),
        controller.DeleteVolume({ volume_id }),
      ]);
      volume_id = created.volume_id;
    }
    await newVolume(driver.client, request);
    expect((await controller.ListVolumes({})).entries).to.have.lengthOf(before.length + 1);
    await expectDataOfListedVolumes(driver);
  });
});

describe('CreateVolume, on-overlap abort', () => {
  const driver = withDriver({ onOverlap: 'abort' });

  it('30 calls of one name at the same time: one volume, every other answer is ABORTED', async () => {
    const request = createRequest();
    const calls = Array.from({ length: 30 }, () =>
      newVolume(driver.client, request).catch((error: unknown) => error),
    );
    const outcomes = await Promise.all(calls);
    const failures = outcomes.filter((outcome) => outcome instanceof StatusError);
    for (const { code } of failures) expect(code).to.equal('ABORTED');
    expect(failures).to.have.lengthOf.within(1, 29);
    const { entries } = await driver.client.controller.ListVolumes({});
    const answers = outcomes.filter((outcome) => !(outcome instanceof StatusError));
    for (const answer of answers) expect(answer).to.deep.equal(entries[0]?.volume);
    expect(entries).to.have.lengthOf(1);
  });
});
