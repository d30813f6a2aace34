import type { VolumeCapability } from '../../csi/generated/csi/v1/VolumeCapability.js';
import type { Check } from '../check.js';
import { expectContradicted } from '../contradiction.js';
import { outcomeOf } from '../outcome.js';
import { modes, modesSince } from '../prerequisite.js';
import { MODES, specCell, type Mode } from '../spec-table.js';
import { mountCapability, type Trial } from '../trial.js';

/** Two capabilities that one volume is published with, one after the other. */
interface Change {
  readonly name: string;
  readonly first: { readonly mode: Mode; readonly capability: VolumeCapability };
  readonly second: { readonly mode: Mode; readonly capability: VolumeCapability };
}

type Place = 'same-target' | 'other-target';

const COLUMN = { 'same-target': 'T1=T2, P1!=P2', 'other-target': 'T1!=T2, P1!=P2' } as const;

const MODE_CHANGES: readonly Change[] = MODES.flatMap((first) =>
  MODES.filter((second) => second !== first).map((second) => ({
    name: `access-mode/${first}/${second}`,
    first: { mode: first, capability: mountCapability(first) },
    second: { mode: second, capability: mountCapability(second) },
  })),
);

const OTHER_CHANGES: readonly Change[] = (
  ['SINGLE_NODE_SINGLE_WRITER', 'SINGLE_NODE_WRITER', 'MULTI_NODE_MULTI_WRITER'] as const
).flatMap((mode) => [
  {
    name: `access-type/${mode}`,
    first: { mode, capability: mountCapability(mode) },
    second: { mode, capability: { access_mode: { mode }, block: {} } },
  },
  {
    name: `fs-type/${mode}`,
    first: { mode, capability: mountCapability(mode, { fs_type: 'ext4' }) },
    second: { mode, capability: mountCapability(mode, { fs_type: 'xfs' }) },
  },
]);

/** A second NodePublishVolume of a volume that supports both capabilities names the other one. */
export const otherCapabilityChecks: readonly Check[] = [...MODE_CHANGES, ...OTHER_CHANGES].flatMap(
  (change) => [changeCheck(change, 'same-target'), changeCheck(change, 'other-target')],
);

function changeCheck(change: Change, place: Place): Check {
  const { first, second, name } = change;
  const column = COLUMN[place];
  const same = place === 'same-target';
  const ofFirst = same || !isMultiple(first.mode);
  return {
    id: `other-capability/${place}/${name}`,
    title: `second NodePublishVolume at ${same ? 'the same' : 'another'} target path, ${wordsOf(change)}`,
    section: 'NodePublishVolume',
    since: modesSince(first.mode, second.mode),
    // The error table makes it a MUST for the same target.
    level: same ? 'MUST' : 'SHOULD',
    rule: ruleOf(change, place),
    ...(ofFirst ? { cell: { mode: first.mode, column } } : {}),
    untestable: modes(first.mode, second.mode),
    run: (trial) => tryChange(trial, change, place),
  };
}

async function tryChange(trial: Trial, { first, second }: Change, place: Place): Promise<void> {
  const volume = await trial.readyFor(first.capability, second.capability);
  await trial.need('the first NodePublishVolume', volume.publish('a', first.capability));
  const answer = volume.publish(place === 'same-target' ? 'a' : 'b', second.capability);
  const { code } = await outcomeOf(answer);
  if (code !== 'OK' && code !== 'ALREADY_EXISTS' && code !== 'FAILED_PRECONDITION') {
    // Only a driver that publishes like that at all can be blamed for how it refuses here.
    const other = await trial.readyFor(second.capability, first.capability);
    const published = other.publish('control', second.capability);
    await trial.need('a first NodePublishVolume with the second capability', published);
  }
  const capability = trial.subject.singleNodeMultiWriter;
  const cells = [first, second].map(({ mode }) => specCell(mode, COLUMN[place], capability));
  const sent = `NodePublishVolume of a published volume at ${place === 'same-target' ? 'the same' : 'another'} target path with another volume_capability`;
  const cell = cells.find((each) => each !== 'OK') ?? 'OK';
  await expectContradicted(trial, sent, answer, cell);
}

function wordsOf({ name, first, second }: Change): string {
  if (first.mode !== second.mode) return `${first.mode} before and ${second.mode} now`;
  const type = name.startsWith('access-type') ? 'mount before and block now' : 'another fs_type';
  return `${type}, both ${first.mode}`;
}

function ruleOf({ first, second }: Change, place: Place): string {
  if (place === 'same-target') {
    return 'the tables and the error table say ALREADY_EXISTS, the sentence above the tables FAILED_PRECONDITION';
  }
  const single = [first.mode, second.mode].find((mode) => !isMultiple(mode));
  return single === undefined
    ? 'the table says OK, the sentence above it FAILED_PRECONDITION'
    : `the row of ${single} and the sentence above the table say FAILED_PRECONDITION`;
}

/** Whether a volume in this mode can be published at many targets, as far as the second table goes. */
function isMultiple(mode: Mode): boolean {
  return specCell(mode, 'T1!=T2, P1!=P2', true) === 'OK';
}
