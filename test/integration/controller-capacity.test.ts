import { statfsSync } from 'node:fs';
import { expect } from 'chai';
import type { GetCapacityRequest } from '../../src/csi/generated/csi/v1/GetCapacityRequest.js';
import { StatusError } from '../../src/csi/status.js';
import { refusedKeepingAll } from './controller-state.js';
import { withDriver, type DriverUnderTest } from './driver-under-test.js';
import { createRequest, newVolume } from './new-volume.js';
import { refused } from './refusal.js';
import { mountCapability } from './test-volume.js';

const Gi = 2n ** 30n;
const gibibytes = (count: bigint) => ({ required_bytes: String(count * Gi) });
const topology = (node: string) => ({ segments: { 'topology.mock.csi.test/node': node } });

async function available(
  driver: DriverUnderTest,
  request: GetCapacityRequest = {},
): Promise<bigint> {
  const { available_capacity } = await driver.client.controller.GetCapacity(request);
  return BigInt(available_capacity);
}

describe('capacity', () => {
  describe('without simulation', () => {
    const driver = withDriver({ minVolumeSize: '1Mi', maxVolumeSize: '10Gi' });

    it('GetCapacity: what the file system of the pool has left, and the sizes of volumes', async () => {
      const { bavail, bsize } = statfsSync(driver.options.poolDir);
      expect(await driver.client.controller.GetCapacity({})).to.deep.equal({
        available_capacity: String(bavail * bsize),
        maximum_volume_size: { value: String(10n * Gi) },
        minimum_volume_size: { value: String(2n ** 20n) },
      });
    });

    it('a volume may be larger than the disk', async () => {
      const { capacity_bytes } = await newVolume(driver.client, { capacity_range: gibibytes(10n) });
      expect(capacity_bytes).to.equal(String(10n * Gi));
    });

    it('volumes in images have sizes of their own: whole blocks, and room for a file system', async () => {
      await driver.restart({ minVolumeSize: '1001', maxVolumeSize: '1000000001' });
      const sizes = async (request: GetCapacityRequest) => {
        const answer = await driver.client.controller.GetCapacity(request);
        return [answer.minimum_volume_size?.value, answer.maximum_volume_size?.value];
      };
      const block = [{ access_mode: { mode: 'SINGLE_NODE_WRITER' as const }, block: {} }];
      const xfs = [mountCapability('SINGLE_NODE_WRITER', { fs_type: 'xfs' })];
      const parameters = { enforceSize: 'true' };
      expect(await sizes({})).to.deep.equal(['1001', '1000000001']);
      expect(await sizes({ volume_capabilities: block })).to.deep.equal(['4096', '999997440']);
      expect(await sizes({ parameters })).to.deep.equal([String(16 * 2 ** 20), '999997440']);
      expect(await sizes({ parameters, volume_capabilities: xfs })).to.deep.equal([
        String(300 * 2 ** 20),
        '999997440',
      ]);
    });

    it('without bounds GetCapacity names none', async () => {
      await driver.restart({ minVolumeSize: 0, maxVolumeSize: 0 });
      const answer = await driver.client.controller.GetCapacity({});
      expect(answer).to.deep.include({ maximum_volume_size: null, minimum_volume_size: null });
    });
  });

  describe('of one kind that has no name', () => {
    const driver = withDriver({ capacity: { '': '10Gi' } });

    const cases: [string, GetCapacityRequest, bigint][] = [
      ['nothing asked', {}, 10n * Gi],
      [
        'a capability',
        { volume_capabilities: [mountCapability('MULTI_NODE_MULTI_WRITER')] },
        10n * Gi,
      ],
      [
        'block',
        { volume_capabilities: [{ access_mode: { mode: 'SINGLE_NODE_WRITER' }, block: {} }] },
        10n * Gi,
      ],
      [
        'block and mount at once, which no volume is',
        {
          volume_capabilities: [
            { access_mode: { mode: 'SINGLE_NODE_WRITER' }, block: {} },
            mountCapability('SINGLE_NODE_WRITER'),
          ],
        },
        0n,
      ],
      ['no topology in particular', { accessible_topology: { segments: {} } }, 10n * Gi],
      ['its own topology', { accessible_topology: topology('node-1') }, 10n * Gi],
      ['another topology', { accessible_topology: topology('node-2') }, 0n],
      [
        'parameters that Kubernetes adds',
        { parameters: { 'csi.storage.k8s.io/pv/name': 'a' } },
        10n * Gi,
      ],
    ];
    for (const [title, request, bytes] of cases) {
      it(`GetCapacity, ${title}: ${bytes / Gi} Gi`, async () => {
        expect(await available(driver, request)).to.equal(bytes);
      });
    }

    const malformed: [string, GetCapacityRequest, RegExp][] = [
      ['an unknown parameter', { parameters: { type: 'gp3' } }, /^parameters\["type"\]/],
      ['an unknown kind', { parameters: { kind: 'fast' } }, /^parameters\.kind/],
      [
        'the mode UNKNOWN',
        { volume_capabilities: [{ access_mode: { mode: 'UNKNOWN' }, mount: {} }] },
        /^volume_capabilities\[0\]\.access_mode\.mode/,
      ],
    ];
    for (const [title, request, words] of malformed) {
      it(`GetCapacity, ${title}: INVALID_ARGUMENT`, () =>
        refused(driver.client.controller.GetCapacity(request), 'INVALID_ARGUMENT', words));
    }

    it('volumes take from it, growth takes from it, DeleteVolume gives back, restarts change nothing', async () => {
      const { controller } = driver.client;
      const { volume_id } = await newVolume(driver.client, { capacity_range: gibibytes(3n) });
      expect(await available(driver)).to.equal(7n * Gi);
      await controller.ControllerExpandVolume({ volume_id, capacity_range: gibibytes(5n) });
      expect(await available(driver)).to.equal(5n * Gi);
      await driver.restart();
      expect(await available(driver)).to.equal(5n * Gi);
      await driver.client.controller.DeleteVolume({ volume_id });
      expect(await available(driver)).to.equal(10n * Gi);
    });

    it('RESOURCE_EXHAUSTED that says what is left, also for growth; a repeated call stays OK', async () => {
      const { controller } = driver.client;
      const request = createRequest({ capacity_range: gibibytes(9n) });
      const { volume_id } = await newVolume(driver.client, request);
      const create = () => newVolume(driver.client, { capacity_range: gibibytes(2n) });
      await refusedKeepingAll(driver, create, 'RESOURCE_EXHAUSTED', /left: 1073741824/);
      const grow = () =>
        controller.ControllerExpandVolume({ volume_id, capacity_range: gibibytes(11n) });
      await refusedKeepingAll(driver, grow, 'RESOURCE_EXHAUSTED', /left: 1073741824/);
      expect((await newVolume(driver.client, request)).volume_id).to.equal(volume_id);
      await controller.ControllerExpandVolume({ volume_id, capacity_range: gibibytes(10n) });
      expect(await available(driver)).to.equal(0n);
      await controller.DeleteVolume({ volume_id });
    });

    it('racing calls are never promised more than there is', async () => {
      const calls = Array.from({ length: 30 }, () =>
        newVolume(driver.client, { capacity_range: gibibytes(1n) }).catch(
          (error: unknown) => error,
        ),
      );
      const seen: bigint[] = [];
      while (seen.length < 20) seen.push(await available(driver));
      const outcomes = await Promise.all(calls);
      const failures = outcomes.filter((outcome) => outcome instanceof StatusError);
      expect(failures.map(({ code }) => code)).to.deep.equal(Array(20).fill('RESOURCE_EXHAUSTED'));
      for (const bytes of seen) expect(bytes % Gi).to.equal(0n);
      expect(await available(driver)).to.equal(0n);
      const { entries } = await driver.client.controller.ListVolumes({});
      expect(entries).to.have.lengthOf(10);

      const grown = entries.map(({ volume }) =>
        driver.client.controller.ControllerExpandVolume({
          volume_id: volume?.volume_id ?? '',
          capacity_range: gibibytes(2n),
        }),
      );
      await Promise.all(grown.map((call) => refused(call, 'RESOURCE_EXHAUSTED')));
      expect(await available(driver)).to.equal(0n);
    });
  });

  describe('of several kinds', () => {
    const driver = withDriver({ capacity: { fast: '2Gi', slow: '5Gi' } });
    const fast = { kind: 'fast' };

    it('a volume comes from the kind asked for, or from one with room', async () => {
      const left = async () => [
        await available(driver, { parameters: fast }),
        await available(driver, { parameters: { kind: 'slow' } }),
        await available(driver),
      ];
      expect(await left()).to.deep.equal([2n * Gi, 5n * Gi, 5n * Gi]);
      await newVolume(driver.client, { capacity_range: gibibytes(1n), parameters: fast });
      expect(await left()).to.deep.equal([1n * Gi, 5n * Gi, 5n * Gi]);
      await newVolume(driver.client, { capacity_range: gibibytes(4n) });
      expect(await left()).to.deep.equal([1n * Gi, 1n * Gi, 1n * Gi]);
      const asked = { capacity_range: gibibytes(2n), parameters: fast };
      const create = () => newVolume(driver.client, asked);
      await refusedKeepingAll(driver, create, 'RESOURCE_EXHAUSTED', /1073741824 of kind fast/);
    });

    it('no volume can be larger than what is left of its kind', async () => {
      const largest = async (request: GetCapacityRequest) => {
        const answer = await driver.client.controller.GetCapacity(request);
        return answer.maximum_volume_size?.value;
      };
      const left = await available(driver, { parameters: fast });
      expect(await largest({ parameters: fast })).to.equal(String(left));
      await newVolume(driver.client, {
        capacity_range: { required_bytes: String(left - 1000n) },
        parameters: fast,
      });
      expect(await largest({ parameters: fast })).to.equal('1000');
      const volume_capabilities = [
        { access_mode: { mode: 'SINGLE_NODE_WRITER' as const }, block: {} },
      ];
      expect(await largest({ parameters: fast, volume_capabilities })).to.equal('0');
    });

    it('repeated with another kind, or with none: ALREADY_EXISTS', async () => {
      const request = createRequest({ capacity_range: { required_bytes: '1' }, parameters: fast });
      await newVolume(driver.client, request);
      for (const parameters of [{ kind: 'slow' }, {}]) {
        const again = () => newVolume(driver.client, { ...request, parameters });
        await refusedKeepingAll(driver, again, 'ALREADY_EXISTS', /parameters/);
      }
    });
  });

  describe('where SINGLE_NODE_MULTI_WRITER is not advertised', () => {
    const driver = withDriver({ withoutControllerCapability: ['SINGLE_NODE_MULTI_WRITER'] });

    it('GetCapacity for a mode that comes with it: INVALID_ARGUMENT', () => {
      const volume_capabilities = [mountCapability('SINGLE_NODE_SINGLE_WRITER')];
      const call = driver.client.controller.GetCapacity({ volume_capabilities });
      return refused(call, 'INVALID_ARGUMENT', /SINGLE_NODE_MULTI_WRITER/);
    });
  });
});
