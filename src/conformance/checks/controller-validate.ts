import type { VolumeCapability } from '../../csi/generated/csi/v1/VolumeCapability.js';
import type { Check } from '../check.js';
import { controllerMode } from '../controller-prerequisite.js';
import { deletedVolume } from '../deleted-volume.js';
import { MODES, type Mode } from '../spec-table.js';
import { mountCapability, type Trial } from '../trial.js';
import type { TrialVolume } from '../trial-volume.js';
import { MALFORMED_CAPABILITIES } from './malformed-capability.js';

const WRITER = mountCapability('SINGLE_NODE_WRITER');
const FIXED = { section: 'ValidateVolumeCapabilities', since: '1.0.0', level: 'MUST' } as const;

/** ValidateVolumeCapabilities: what it confirms of a volume, and what it never does. */
export const controllerValidateChecks: readonly Check[] = [
  ...MODES.map((mode): Check => ({
    ...FIXED,
    id: `validate/created-with/${mode}`,
    title: `ValidateVolumeCapabilities confirms ${mode} for a volume created with it`,
    level: 'SHOULD',
    rule: 'a volume has the capabilities it was created with, and confirmed names them',
    untestable: controllerMode(mode),
    run: (trial) => tryCreatedWith(trial, mode),
  })),
  ...MALFORMED_CAPABILITIES.map(({ name, capability }): Check => ({
    ...FIXED,
    id: `validate/malformed/${name}`,
    title: `ValidateVolumeCapabilities for a capability with ${name.replaceAll('-', ' ')}`,
    rule: 'confirmed only if all capabilities are supported; INVALID_ARGUMENT for an invalid field',
    run: (trial) => tryMalformed(trial, name, capability),
  })),
  {
    ...FIXED,
    id: 'validate/no-capability',
    title: 'ValidateVolumeCapabilities without capabilities: INVALID_ARGUMENT',
    rule: 'volume_capabilities is required',
    async run(trial) {
      const { id } = await trial.volume([WRITER]);
      const asked = validate(trial, id, []);
      await trial.expect('ValidateVolumeCapabilities', asked, ['INVALID_ARGUMENT']);
    },
  },
  {
    ...FIXED,
    id: 'validate/no-volume-id',
    title: 'ValidateVolumeCapabilities without a volume_id: INVALID_ARGUMENT',
    rule: 'volume_id is required',
    async run(trial) {
      const asked = validate(trial, '', [WRITER]);
      await trial.expect('ValidateVolumeCapabilities', asked, ['INVALID_ARGUMENT']);
    },
  },
  {
    ...FIXED,
    id: 'validate/unknown-volume',
    title: 'ValidateVolumeCapabilities for a volume that does not exist: NOT_FOUND',
    rule: 'NOT_FOUND where no volume corresponds to the volume_id',
    async run(trial) {
      const asked = validate(trial, (await deletedVolume(trial)).id, [WRITER]);
      await trial.expect('ValidateVolumeCapabilities', asked, ['NOT_FOUND']);
    },
  },
];

/** Asks straight, also for what no volume has. */
export function validate(
  trial: Trial,
  volume_id: string,
  volume_capabilities: VolumeCapability[],
  volume_context: TrialVolume['context'] = {},
) {
  const { subject, call, secrets } = trial;
  return subject.controller.controller.ValidateVolumeCapabilities(
    {
      volume_id,
      volume_capabilities,
      volume_context,
      secrets: secrets('ValidateVolumeCapabilities'),
    },
    call,
  );
}

async function tryCreatedWith(trial: Trial, mode: Mode): Promise<void> {
  const capability = mountCapability(mode);
  const { id, context } = await trial.volume([capability]);
  const asked = validate(trial, id, [capability], context);
  const { code } = await trial.expect('ValidateVolumeCapabilities', asked, ['OK']);
  if (code !== 'OK') return;
  const { confirmed, message } = await asked;
  const named = confirmed?.volume_capabilities.some(
    (each) => each.access_mode?.mode === mode && each.access_type === 'mount',
  );
  if (named === true) return;
  trial.deviates({
    sent: `ValidateVolumeCapabilities for ${mode}, which the volume was created with`,
    came: confirmed === null ? `not confirmed (${message})` : 'confirmed, without the capability',
    wanted: 'confirmed, with the capability',
  });
}

async function tryMalformed(
  trial: Trial,
  name: string,
  capability: VolumeCapability,
): Promise<void> {
  const { id, context } = await trial.volume([WRITER]);
  const asked = validate(trial, id, [capability], context);
  const { code } = await trial.expect('ValidateVolumeCapabilities', asked, [
    'INVALID_ARGUMENT',
    'OK',
  ]);
  if (code !== 'OK' || (await asked).confirmed === null) return;
  trial.deviates({
    sent: `ValidateVolumeCapabilities for a capability with ${name.replaceAll('-', ' ')}`,
    came: 'confirmed',
    wanted: 'INVALID_ARGUMENT, or OK without confirmed',
  });
}
