import type { CreateVolumeRequest } from '../../csi/generated/csi/v1/CreateVolumeRequest.js';
import { Untestable } from '../untestable.js';
import type { Check } from '../check.js';
import { controllerCapability } from '../controller-prerequisite.js';
import { outcomeOf } from '../outcome.js';
import { mountCapability, type Trial } from '../trial.js';
import { MALFORMED_CAPABILITIES } from './malformed-capability.js';

const GIB = 1024n ** 3n;
const WRITER = mountCapability('SINGLE_NODE_WRITER');
const FIXED = {
  section: 'CreateVolume',
  since: '1.0.0',
  level: 'MUST',
  untestable: controllerCapability('CREATE_DELETE_VOLUME'),
} as const;

/** CreateVolume: names, sizes and malformed requests. */
export const controllerCreateChecks: readonly Check[] = [
  {
    ...FIXED,
    id: 'create/same-name',
    title: 'CreateVolume twice with the same arguments answers the same volume',
    rule: 'idempotent: a compatible volume of the name is answered, not another one made',
    async run(trial) {
      const request = { name: trial.volumeName(), volume_capabilities: [WRITER] };
      const first = await trial.need('CreateVolume', trial.create(request));
      const repeated = trial.create(request);
      const { code } = await trial.expect('CreateVolume again', repeated, ['OK']);
      if (code === 'OK') expectSameId(trial, first.id, (await repeated).id);
    },
  },
  {
    ...FIXED,
    id: 'create/capacity-range',
    title: 'CreateVolume answers a capacity_bytes within the capacity_range',
    rule: 'a capacity_range is always honored',
    async run(trial) {
      const required = await creatableSize(trial, GIB, GIB);
      const { capacityBytes } = required;
      if (capacityBytes === 0n) throw new Untestable('the driver answers no capacity_bytes');
      if (capacityBytes === GIB) return;
      trial.deviates({
        sent: `CreateVolume with required_bytes and limit_bytes ${GIB}`,
        came: `capacity_bytes ${capacityBytes}`,
        wanted: String(GIB),
      });
    },
  },
  incompatibleSize('larger', 'a required_bytes above its size', GIB, 2n * GIB),
  incompatibleSize('smaller', 'a limit_bytes below its size', 2n * GIB, GIB),
  {
    ...FIXED,
    id: 'create/same-name/other-access-type',
    title:
      'CreateVolume of the name of a mount volume for block: ALREADY_EXISTS, unless it serves both',
    rule: 'ALREADY_EXISTS where the volume of the name is incompatible with the volume_capabilities',
    run: tryOtherAccessType,
  },
  {
    ...FIXED,
    id: 'create/parallel',
    title: 'parallel CreateVolume of one name make one volume',
    section: 'Concurrency',
    level: 'SHOULD',
    rule: 'several calls for one name give one piece of storage; ABORTED may reject the secondary ones',
    run: tryParallel,
  },
  ...MALFORMED_CAPABILITIES.map(({ name, capability }) =>
    malformed(name, { volume_capabilities: [capability] }),
  ),
  ...MALFORMED_CAPABILITIES.map(({ name, capability }) =>
    malformed(`second-${name}`, { volume_capabilities: [WRITER, capability] }),
  ),
  malformed('no-capability', { volume_capabilities: [] }),
  malformed('no-name', { name: '', volume_capabilities: [WRITER] }),
];

function malformed(name: string, request: CreateVolumeRequest): Check {
  const second = name.startsWith('second-') ? 'a second capability with ' : '';
  const title = `CreateVolume with ${second}${name.replace('second-', '').replaceAll('-', ' ')}`;
  return {
    ...FIXED,
    id: `create/malformed/${name}`,
    title: `${title}: INVALID_ARGUMENT`,
    section: 'Error Scheme',
    rule: 'INVALID_ARGUMENT where a required field is missing or a field has an invalid value',
    async run(trial) {
      await trial.need(
        'a well-formed CreateVolume',
        trial.create({ volume_capabilities: [WRITER] }),
      );
      await trial.expect(title, trial.create(request), ['INVALID_ARGUMENT']);
    },
  };
}

/** A volume of this size exactly, which shows that the driver makes such; throws Untestable. */
function creatableSize(trial: Trial, required: bigint, limit: bigint, name = trial.volumeName()) {
  return trial.need(
    `CreateVolume with ${required} bytes`,
    trial.create({ ...sized(required, limit), name }),
  );
}

function sized(required: bigint, limit: bigint): CreateVolumeRequest {
  return {
    volume_capabilities: [WRITER],
    capacity_range: { required_bytes: String(required), limit_bytes: String(limit) },
  };
}

function incompatibleSize(id: string, what: string, first: bigint, second: bigint): Check {
  return {
    ...FIXED,
    id: `create/same-name/${id}`,
    title: `CreateVolume of the name of a volume with ${what}: ALREADY_EXISTS`,
    rule: 'ALREADY_EXISTS where the volume of the name is incompatible with the capacity_range',
    async run(trial) {
      // The size alone must not be what the driver refuses.
      await creatableSize(trial, second, second);
      const name = trial.volumeName();
      const { capacityBytes } = await creatableSize(trial, first, first, name);
      if (capacityBytes === 0n) throw new Untestable('the driver answers no capacity_bytes');
      const again = trial.create({ ...sized(second, second), name });
      await trial.expect(`CreateVolume again with ${what}`, again, ['ALREADY_EXISTS']);
    },
  };
}

async function tryOtherAccessType(trial: Trial): Promise<void> {
  const capacity_range = { required_bytes: String(GIB) };
  const block = { block: {}, access_mode: WRITER.access_mode ?? null };
  const asBlock = { capacity_range, volume_capabilities: [block] };
  const other = await trial.need('CreateVolume for block', trial.create(asBlock));
  await trial.need('DeleteVolume', other.remove());
  const name = trial.volumeName();
  const volume = await trial.need(
    'CreateVolume for mount',
    trial.create({ name, capacity_range, volume_capabilities: [WRITER] }),
  );
  const again = trial.create({ name, ...asBlock });
  const { code } = await trial.expect('CreateVolume again for block', again, [
    'ALREADY_EXISTS',
    'OK',
  ]);
  if (code !== 'OK') return;
  expectSameId(trial, volume.id, (await again).id);
  trial.reads('a volume that was created for mount is answered for block, too');
  const words = 'as block, which the second CreateVolume has answered OK for';
  await trial.expect(`ControllerPublishVolume ${words}`, volume.attach(block), ['OK']);
  await trial.expect(`NodeStageVolume ${words}`, volume.stage(block), ['OK']);
  await trial.expect(`NodePublishVolume ${words}`, volume.publish('block', block), ['OK']);
}

async function tryParallel(trial: Trial): Promise<void> {
  const request = { name: trial.volumeName(), volume_capabilities: [WRITER] };
  const calls = Array.from({ length: 4 }, () => trial.create(request));
  const outcomes = await Promise.all(calls.map((call) => outcomeOf(call)));
  const { id } = await trial.need('CreateVolume after the parallel ones', trial.create(request));
  for (const [index, call] of calls.entries()) {
    const sent = `CreateVolume ${index + 1} of ${calls.length} at the same time`;
    await trial.expect(sent, call, ['OK', 'ABORTED']);
    if (outcomes[index]?.code === 'OK') expectSameId(trial, id, (await call).id);
  }
}

function expectSameId(trial: Trial, expected: string, found: string): void {
  if (found === expected) return;
  trial.deviates({
    sent: 'CreateVolume of one name',
    came: `volume_id ${found}`,
    wanted: `volume_id ${expected}`,
  });
}
