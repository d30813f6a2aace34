import type { VolumeCapability } from '../../csi/generated/csi/v1/VolumeCapability.js';
import type { Check } from '../check.js';
import { allOf, controllerMode } from '../controller-prerequisite.js';
import { describeOutcome, outcomeOf, type Outcome } from '../outcome.js';
import { modes, modesSince } from '../prerequisite.js';
import { MODES, NEW_MODES, type Mode } from '../spec-table.js';
import type { Subject } from '../subject.js';
import { mountCapability, type Trial } from '../trial.js';
import type { TrialVolume } from '../trial-volume.js';
import { validate } from './controller-validate.js';

interface Use {
  readonly name: string;
  readonly capability: VolumeCapability;
}

const MODE_USES: readonly Use[] = MODES.map((mode) => ({
  name: mode,
  capability: mountCapability(mode),
}));

const BLOCK_USE: Use = {
  name: 'SINGLE_NODE_WRITER by block',
  capability: { block: {}, access_mode: { mode: 'SINGLE_NODE_WRITER' } },
};

/** What ValidateVolumeCapabilities confirms of a volume, held against its use on a node. */
export const controllerValidateUseChecks: readonly Check[] = [
  ...MODES.map((mode) => usable(mode, mode, 'other access modes', MODE_USES)),
  usable('block', 'SINGLE_NODE_WRITER', 'block access', [BLOCK_USE]),
];

function usable(id: string, created: Mode, what: string, uses: readonly Use[]): Check {
  return {
    id: `validate/usable/${id}`,
    title: `${what} that ValidateVolumeCapabilities confirms for a ${created} volume can be used`,
    section: 'ValidateVolumeCapabilities',
    since: modesSince(created),
    level: 'MUST',
    rule: 'confirmed only if all the volume capabilities in the request are supported',
    untestable: allOf(controllerMode(created), modes(created)),
    run: (trial) => tryUses(trial, created, uses),
  };
}

async function tryUses(trial: Trial, created: Mode, all: readonly Use[]): Promise<void> {
  const own: Use = { name: created, capability: mountCapability(created) };
  const volume = await trial.volume([own.capability]);
  await trial.need(`the use as ${created}, which it was created for`, use(trial, volume, own));
  const uses = all.filter(({ name }) => name !== created && isAgreedOn(name, trial.subject));
  const unconfirmed: string[] = [];
  for (const each of uses) {
    const asked = validate(trial, volume.id, [each.capability], volume.context);
    const validated = await outcomeOf(asked);
    const confirmed = validated.code === 'OK' && (await asked).confirmed !== null;
    const used = await outcomeOf(use(trial, volume, each));
    if (used.code === 'OK' && !confirmed) unconfirmed.push(each.name);
    if (used.code !== 'OK' && confirmed) deviates(trial, each, used);
  }
  if (unconfirmed.length > 0) {
    trial.reads(`not confirmed for a ${created} volume, yet published: ${unconfirmed.join(', ')}`);
  }
}

function deviates(trial: Trial, { name }: Use, used: Outcome): void {
  trial.deviates({
    sent: `ValidateVolumeCapabilities for ${name}, then the use of the volume with it`,
    came: `confirmed, then ${describeOutcome(used)}`,
    wanted: 'not confirmed, or OK',
  });
}

/** Where the services do not agree on the new modes, a node's refusal says nothing about the volume. */
function isAgreedOn(name: string, { controllerCapabilities, singleNodeMultiWriter }: Subject) {
  const controller = controllerCapabilities.has('SINGLE_NODE_MULTI_WRITER');
  const isNew = [...NEW_MODES].some((mode) => mode === name);
  return !isNew || controller === singleNodeMultiWriter;
}

/** Controller-publishes, stages and publishes with a capability, and takes all of it back. */
async function use(trial: Trial, volume: TrialVolume, { capability }: Use): Promise<void> {
  // A driver may want to be told by the flag, too, that a reader reads.
  const readers = capability.access_mode?.mode?.toString().endsWith('READER_ONLY') === true;
  const asReader = readers && trial.subject.controllerCapabilities.has('PUBLISH_READONLY');
  try {
    await either(volume.attach(capability), asReader, () =>
      volume.attach(capability, { readonly: true }),
    );
    await volume.stage(capability);
    await either(volume.publish('used', capability), readers, () =>
      volume.publish('used', capability, { readonly: true }),
    );
  } finally {
    await outcomeOf(volume.unpublish('used'));
    await outcomeOf(volume.unstage());
    await outcomeOf(volume.detach());
  }
}

async function either(
  first: Promise<unknown>,
  again: boolean,
  second: () => Promise<unknown>,
): Promise<void> {
  try {
    await first;
  } catch (error) {
    if (!again) throw error;
    await second();
  }
}
