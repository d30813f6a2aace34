import type { Check } from '../check.js';
import { needPublishing } from '../control.js';
import { describeOutcome, outcomeOf, type Outcome } from '../outcome.js';
import { modes, modesSince } from '../prerequisite.js';
import type { Mode } from '../spec-table.js';
import { mountCapability, type Trial } from '../trial.js';

/** A race may go well by chance. */
const ROUNDS = 3;

const PENDING = 'a call while another is pending for the volume may be ABORTED';

/** NodePublishVolume calls of one volume that are sent at the same time. */
export const raceChecks: readonly Check[] = [
  ...[2, 8].map((calls) =>
    raceCheck('SINGLE_NODE_SINGLE_WRITER', {
      id: `one-target/${calls}-calls`,
      title: `${calls} NodePublishVolume calls at once to as many target paths of a SINGLE_NODE_SINGLE_WRITER volume`,
      level: 'SHOULD',
      rule: `the row of the mode lets one of them succeed, the others are FAILED_PRECONDITION; ${PENDING}`,
      run: (trial) => raceForOne(trial, 'SINGLE_NODE_SINGLE_WRITER', calls),
    }),
  ),
  ...(['SINGLE_NODE_MULTI_WRITER', 'MULTI_NODE_MULTI_WRITER'] as const).map((mode) =>
    raceCheck(mode, {
      id: `many-targets/${mode}`,
      title: `8 NodePublishVolume calls at once to as many target paths of a ${mode} volume`,
      level: 'SHOULD',
      rule: `the row of the mode lets all of them succeed; ${PENDING} and succeeds when it is repeated`,
      run: (trial) => raceForAll(trial, mode),
    }),
  ),
  raceCheck('SINGLE_NODE_WRITER', {
    id: 'identical',
    title: '8 identical NodePublishVolume calls at once',
    level: 'MUST',
    rule: `the operation is idempotent; ${PENDING}`,
    run: raceIdentical,
  }),
];

function raceCheck(mode: Mode, check: Omit<Check, 'section' | 'since' | 'untestable'>): Check {
  return {
    ...check,
    id: `races/${check.id}`,
    section: 'NodePublishVolume',
    since: modesSince(mode),
    untestable: modes(mode),
    async run(trial) {
      await needPublishing(trial, mountCapability(mode));
      await check.run(trial);
    },
  };
}

async function raceForOne(trial: Trial, mode: Mode, calls: number): Promise<void> {
  const volume = await trial.readyVolume(mode);
  const capability = mountCapability(mode);
  const sent = `NodePublishVolume to ${calls} target paths at once`;
  for (let round = 0; round < ROUNDS; round += 1) {
    const targets = targetsOf(calls);
    const outcomes = await Promise.all(
      targets.map((target) => outcomeOf(volume.publish(target, capability))),
    );
    const winners = targets.filter((_, index) => outcomes[index]?.code === 'OK');
    if (winners.length !== 1) {
      trial.deviates({ sent, came: `${winners.length} times OK`, wanted: 'OK once' });
      return;
    }
    const others = ['OK', 'FAILED_PRECONDITION', 'ABORTED'];
    if (!onlyOf(trial, sent, outcomes, others)) return;
    for (const winner of winners) {
      await trial.expect(`${sent}, the winner again`, volume.publish(winner, capability), ['OK']);
      await trial.need('NodeUnpublishVolume', volume.unpublish(winner));
    }
  }
}

async function raceForAll(trial: Trial, mode: Mode): Promise<void> {
  const volume = await trial.readyVolume(mode);
  const capability = mountCapability(mode);
  const sent = 'NodePublishVolume to 8 target paths at once';
  const targets = targetsOf(8);
  // Only a driver that publishes to so many one after the other can be blamed for the race.
  for (const target of targets) {
    await trial.need('NodePublishVolume to 8 target paths', volume.publish(target, capability));
  }
  for (const target of targets) {
    await trial.need('NodeUnpublishVolume', volume.unpublish(target));
  }
  const outcomes = await Promise.all(
    targets.map((target) => outcomeOf(volume.publish(target, capability))),
  );
  if (!onlyOf(trial, sent, outcomes, ['OK', 'ABORTED'])) return;
  for (const target of targets) {
    await trial.expect(`${sent}, then each again`, volume.publish(target, capability), ['OK']);
  }
}

async function raceIdentical(trial: Trial): Promise<void> {
  const volume = await trial.readyVolume('SINGLE_NODE_WRITER');
  const capability = mountCapability('SINGLE_NODE_WRITER');
  const sent = '8 identical NodePublishVolume calls at once';
  for (let round = 0; round < ROUNDS; round += 1) {
    const outcomes = await Promise.all(
      targetsOf(8).map(() => outcomeOf(volume.publish('a', capability))),
    );
    if (!onlyOf(trial, sent, outcomes, ['OK', 'ABORTED'])) return;
    if (outcomes.every(({ code }) => code !== 'OK')) {
      trial.deviates({ sent, came: 'ABORTED from each', wanted: 'OK from one at least' });
    }
    await trial.expect(`${sent}, then once more`, volume.publish('a', capability), ['OK']);
    await trial.need('NodeUnpublishVolume', volume.unpublish('a'));
  }
}

/** Notes the first outcome that is none of `wanted`. */
function onlyOf(
  trial: Trial,
  sent: string,
  outcomes: readonly Outcome[],
  wanted: readonly string[],
): boolean {
  const other = outcomes.find(({ code }) => !wanted.includes(code));
  if (other === undefined) return true;
  trial.deviates({ sent, came: describeOutcome(other), wanted: wanted.join(' or ') });
  return false;
}

function targetsOf(count: number): string[] {
  return Array.from({ length: count }, (_, index) => `race-${index}`);
}
