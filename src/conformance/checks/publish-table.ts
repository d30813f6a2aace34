import type { NodePublishVolumeRequest } from '../../csi/generated/csi/v1/NodePublishVolumeRequest.js';
import type { VolumeCapability } from '../../csi/generated/csi/v1/VolumeCapability.js';
import { Untestable } from '../untestable.js';
import type { Check } from '../check.js';
import { expectContradicted } from '../contradiction.js';
import { outcomeOf } from '../outcome.js';
import { modes, modesSince } from '../prerequisite.js';
import { COLUMNS, MODES, specCell, type Column, type Mode } from '../spec-table.js';
import { mountCapability, type Trial } from '../trial.js';

/** Two calls: what they have in common beside the capability, and how the second one's P differs. */
interface Sample {
  readonly name: string;
  readonly common?: NodePublishVolumeRequest;
  /** The second call's capability stays in mode and type. */
  readonly changed?: (capability: VolumeCapability) => NodePublishVolumeRequest;
}

const SAME: readonly Sample[] = [
  { name: 'same-arguments' },
  // Some compare the flag with what they know of writers alone.
  { name: 'same-arguments-readonly', common: { readonly: true } },
];

const OTHER: readonly Sample[] = [
  { name: 'readonly', changed: () => ({ readonly: true }) },
  { name: 'publish_context', changed: () => ({ publish_context: { 'csi-check': 'other' } }) },
  { name: 'volume_context', changed: () => ({ volume_context: { 'csi-check': 'other' } }) },
  { name: 'mount_flags', changed: (given) => withMount(given, { mount_flags: ['noexec'] }) },
  { name: 'fs_type', changed: (given) => withMount(given, { fs_type: 'ext4' }) },
  {
    name: 'volume_mount_group',
    changed: (given) => withMount(given, { volume_mount_group: '1000' }),
  },
];

function withMount(
  capability: VolumeCapability,
  mount: NonNullable<VolumeCapability['mount']>,
): NodePublishVolumeRequest {
  return { volume_capability: { ...capability, mount: { ...capability.mount, ...mount } } };
}

/** Every cell of the table that applies: each mode, each column, each way in which P can differ. */
export const publishTableChecks: readonly Check[] = MODES.flatMap((mode) =>
  COLUMNS.flatMap((column) =>
    (column.includes('P1=P2') ? SAME : OTHER).map((sample) => cellCheck(mode, column, sample)),
  ),
);

function cellCheck(mode: Mode, column: Column, sample: Sample): Check {
  const sameTarget = column.startsWith('T1=T2');
  const where = sameTarget ? 'the same target path' : 'another target path';
  return {
    id: `publish-table/${mode}/${sameTarget ? 'same' : 'other'}-target/${sample.name}`,
    title: `second NodePublishVolume of a ${mode} volume: ${where}, ${wordsOf(sample)}`,
    section: 'NodePublishVolume',
    since: modesSince(mode),
    // The error table makes it a MUST for the same target and another capability or readonly flag.
    level: sameTarget && !sample.name.endsWith('_context') ? 'MUST' : 'SHOULD',
    rule: `the table's cell for ${mode}, ${column}`,
    cell: { mode, column },
    untestable: modes(mode),
    run: (trial) => tryCell(trial, mode, column, sample),
  };
}

function wordsOf({ name, common, changed }: Sample): string {
  if (changed !== undefined) return `another ${name}`;
  return common === undefined ? 'the same arguments' : 'the same arguments, readonly';
}

async function tryCell(trial: Trial, mode: Mode, column: Column, sample: Sample): Promise<void> {
  const capability = mountCapability(mode);
  const first = sample.common ?? {};
  const changed = sample.changed?.(capability) ?? first;
  const volume = await trial.readyVolume(mode);
  if (sample.changed !== undefined) {
    // Only what the driver takes in a first call can tell something about a second one.
    const { code, message } = await outcomeOf(volume.publish('a', capability, changed));
    if (code !== 'OK') {
      throw new Untestable(`a first publish with ${wordsOf(sample)}: ${code} (${message})`);
    }
    await trial.need('NodeUnpublishVolume', volume.unpublish('a'));
  }
  await trial.need('the first NodePublishVolume', volume.publish('a', capability, first));
  const target = column.startsWith('T1=T2') ? 'a' : 'b';
  const sent = `NodePublishVolume at ${target === 'a' ? 'the same' : 'another'} target path with ${wordsOf(sample)}`;
  const cell = specCell(mode, column, trial.subject.singleNodeMultiWriter);
  const second = volume.publish(target, capability, changed);
  if (changed.volume_capability === undefined) await trial.expect(sent, second, [cell]);
  else await expectContradicted(trial, sent, second, cell);
}
