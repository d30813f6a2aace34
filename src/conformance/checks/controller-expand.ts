import type { ControllerExpandVolumeRequest } from '../../csi/generated/csi/v1/ControllerExpandVolumeRequest.js';
import { Untestable } from '../untestable.js';
import type { Check } from '../check.js';
import { controllerCapability, allOf } from '../controller-prerequisite.js';
import { deletedVolume } from '../deleted-volume.js';
import { outcomeOf } from '../outcome.js';
import { MODES, type Mode } from '../spec-table.js';
import { mountCapability, type Trial } from '../trial.js';
import type { TrialVolume } from '../trial-volume.js';
import { validate } from './controller-validate.js';
import { MALFORMED_CAPABILITIES } from './malformed-capability.js';

const GIB = 1024n ** 3n;
const WRITER = mountCapability('SINGLE_NODE_WRITER');
const EXPANDS = controllerCapability('EXPAND_VOLUME');
const FIXED = {
  section: 'ControllerExpandVolume',
  since: '1.1.0',
  level: 'MUST',
  untestable: EXPANDS,
} as const;

/** ControllerExpandVolume. */
export const controllerExpandChecks: readonly Check[] = [
  {
    ...FIXED,
    id: 'expand/larger',
    title: 'ControllerExpandVolume: OK, with a capacity_bytes of at least what is required',
    rule: 'capacity_bytes, which is required, is the capacity after the expansion',
    async run(trial) {
      const volume = await ofOneGib(trial);
      await expectSize(trial, 'ControllerExpandVolume', volume, 2n * GIB, 2n * GIB);
    },
  },
  {
    ...FIXED,
    id: 'expand/repeat',
    title: 'ControllerExpandVolume twice to the same size: OK',
    level: 'SHOULD',
    rule: 'idempotent: OK where the volume is already as large as required, or larger',
    async run(trial) {
      const volume = await ofOneGib(trial);
      await grow(trial, volume);
      await expectSize(trial, 'ControllerExpandVolume again', volume, 2n * GIB, 2n * GIB);
    },
  },
  {
    ...FIXED,
    id: 'expand/smaller',
    title: 'ControllerExpandVolume to less than the volume has: OK, and it does not shrink',
    level: 'SHOULD',
    rule: 'idempotent: OK where the volume is already as large as required, or larger',
    async run(trial) {
      const volume = await ofOneGib(trial);
      await grow(trial, volume);
      await expectSize(trial, 'ControllerExpandVolume to less', volume, GIB, 2n * GIB);
    },
  },
  {
    ...FIXED,
    id: 'expand/published',
    title:
      'ControllerExpandVolume of a published volume: OK with ONLINE, FAILED_PRECONDITION without',
    rule: 'with VolumeExpansion ONLINE at any time, else not while the volume is published on a node',
    untestable: allOf(EXPANDS, ({ pluginCapabilities }) =>
      pluginCapabilities.has('ONLINE') || pluginCapabilities.has('OFFLINE')
        ? undefined
        : 'the plugin advertises neither ONLINE nor OFFLINE expansion',
    ),
    run: tryPublished,
  },
  {
    ...FIXED,
    id: 'expand/unsupported-capability',
    title: 'ControllerExpandVolume for a capability the volume does not have: INVALID_ARGUMENT',
    rule: 'INVALID_ARGUMENT where the volume does not support the capability that is named',
    async run(trial) {
      const volume = await ofOneGib(trial);
      const unsupported = await unsupportedMode(trial, volume);
      await grow(trial, volume);
      const expanding = expand(trial, {
        ...toSize(volume.id, 3n * GIB),
        volume_capability: mountCapability(unsupported),
      });
      await trial.expect(`ControllerExpandVolume for ${unsupported}`, expanding, [
        'INVALID_ARGUMENT',
      ]);
    },
  },
  ...MALFORMED_CAPABILITIES.map(({ name, capability }) =>
    refused(name, { volume_capability: capability }),
  ),
  refused('no-volume-id', { volume_id: '' }),
  refused('no-capacity-range', { capacity_range: null }),
  {
    ...FIXED,
    id: 'expand/unknown-volume',
    title: 'ControllerExpandVolume of a volume that does not exist: NOT_FOUND',
    rule: 'NOT_FOUND where no volume corresponds to the volume_id',
    async run(trial) {
      const { id } = await deletedVolume(trial);
      const expanding = expand(trial, toSize(id, 2n * GIB));
      await trial.expect('ControllerExpandVolume', expanding, ['NOT_FOUND']);
    },
  },
];

function toSize(volume_id: string, required: bigint): ControllerExpandVolumeRequest {
  return { volume_id, capacity_range: { required_bytes: String(required) } };
}

function expand({ subject, call, secrets }: Trial, request: ControllerExpandVolumeRequest) {
  return subject.controller.controller.ControllerExpandVolume(
    { ...request, secrets: secrets('ControllerExpandVolume') },
    call,
  );
}

function ofOneGib(trial: Trial): Promise<TrialVolume> {
  const capacity_range = { required_bytes: String(GIB) };
  return trial.need(
    `CreateVolume with ${GIB} bytes`,
    trial.create({ volume_capabilities: [WRITER], capacity_range }),
  );
}

function grow(trial: Trial, { id }: TrialVolume) {
  return trial.need('ControllerExpandVolume', expand(trial, toSize(id, 2n * GIB)));
}

async function expectSize(
  trial: Trial,
  sent: string,
  { id }: TrialVolume,
  required: bigint,
  least: bigint,
): Promise<void> {
  const expanding = expand(trial, toSize(id, required));
  const { code, message } = await outcomeOf(expanding);
  if (code === 'OUT_OF_RANGE' && required === least && sent === 'ControllerExpandVolume') {
    throw new Untestable(`the driver makes no volumes of ${required} bytes: ${message}`);
  }
  await trial.expect(sent, expanding, ['OK']);
  if (code !== 'OK') return;
  const { capacity_bytes } = await expanding;
  if (BigInt(capacity_bytes) >= least) return;
  trial.deviates({ sent, came: `capacity_bytes ${capacity_bytes}`, wanted: `at least ${least}` });
}

async function tryPublished(trial: Trial): Promise<void> {
  const volume = await ofOneGib(trial);
  const wanted = trial.subject.pluginCapabilities.has('ONLINE') ? 'OK' : 'FAILED_PRECONDITION';
  // Shows that the size is no problem.
  await grow(trial, volume);
  await trial.need('ControllerPublishVolume', volume.attach(WRITER));
  await trial.need('NodeStageVolume', volume.stage(WRITER));
  await trial.need('NodePublishVolume', volume.publish('a', WRITER));
  const expanding = expand(trial, { ...toSize(volume.id, 3n * GIB), volume_capability: WRITER });
  await trial.expect('ControllerExpandVolume while published', expanding, [wanted]);
}

/** A mode that the driver itself says the volume does not have. */
async function unsupportedMode(trial: Trial, { id, context }: TrialVolume) {
  const [confirmed, others]: [Mode[], Mode[]] = [[], []];
  for (const mode of MODES) {
    const asked = validate(trial, id, [mountCapability(mode)], context);
    if ((await outcomeOf(asked)).code !== 'OK') continue;
    ((await asked).confirmed === null ? others : confirmed).push(mode);
  }
  const [unsupported] = others;
  if (unsupported !== undefined && confirmed.length > 0) return unsupported;
  throw new Untestable(
    `ValidateVolumeCapabilities confirms ${others.length > 0 ? 'no' : 'every'} mode for the volume`,
  );
}

function refused(name: string, changed: ControllerExpandVolumeRequest): Check {
  const title = `ControllerExpandVolume with ${name.replaceAll('-', ' ')}`;
  return {
    ...FIXED,
    id: `expand/malformed/${name}`,
    title: `${title}: INVALID_ARGUMENT`,
    section: 'Error Scheme',
    rule: 'INVALID_ARGUMENT where a required field is missing or a field has an invalid value',
    async run(trial) {
      const { id } = await ofOneGib(trial);
      const expanding = expand(trial, { ...toSize(id, 2n * GIB), ...changed });
      await trial.expect(title, expanding, ['INVALID_ARGUMENT']);
    },
  };
}
