import { Untestable } from '../untestable.js';
import type { Check } from '../check.js';
import { outcomeOf } from '../outcome.js';
import { modes, modesSince } from '../prerequisite.js';
import { MODES, specCell, type Mode } from '../spec-table.js';
import { mountCapability, type Trial } from '../trial.js';
import type { TrialVolume } from '../trial-volume.js';
import { needVisible, seesMount } from '../visible-mount.js';

const SINGLE = MODES.filter((mode) => specCell(mode, 'T1!=T2, P1=P2', true) !== 'OK');
const MULTIPLE = MODES.filter((mode) => !SINGLE.includes(mode));

/** What NodeUnpublishVolume does to the places that a volume can be published at. */
export const slotChecks: readonly Check[] = [
  ...SINGLE.flatMap((mode) => [
    slotCheck(mode, {
      id: 'freed',
      title: `a ${mode} volume is published at another target path after NodeUnpublishVolume`,
      level: 'MUST',
      rule: 'NodeUnpublishVolume undoes the NodePublishVolume, so its place is free again',
      run: freed,
    }),
    slotCheck(mode, {
      id: 'refused-target',
      title: `NodeUnpublishVolume of a target path that was refused leaves a ${mode} volume published`,
      level: 'SHOULD',
      rule: `NodeUnpublishVolume undoes the corresponding NodePublishVolume alone: the row of ${mode} still holds`,
      run: refusedTarget,
    }),
  ]),
  ...MULTIPLE.flatMap((mode) => [
    slotCheck(mode, {
      id: 'other-stays',
      title: `NodeUnpublishVolume of one of two target paths leaves a ${mode} volume mounted at the other`,
      level: 'MUST',
      rule: 'NodeUnpublishVolume undoes the corresponding NodePublishVolume, not that of another target path',
      run: otherStays,
    }),
    slotCheck(mode, {
      id: 'third',
      title: `a ${mode} volume is published at a third target path after NodeUnpublishVolume of the first`,
      level: 'SHOULD',
      rule: `the table's cell for ${mode}, T1!=T2, P1=P2`,
      run: third,
    }),
  ]),
];

type SlotCheck = Pick<Check, 'id' | 'title' | 'level' | 'rule'> & {
  readonly run: (trial: Trial, volume: TrialVolume, mode: Mode) => Promise<void>;
};

function slotCheck(mode: Mode, { id, run, ...about }: SlotCheck): Check {
  return {
    ...about,
    id: `slots/${id}/${mode}`,
    section: 'NodeUnpublishVolume',
    since: modesSince(mode),
    untestable: modes(mode),
    async run(trial) {
      const volume = await trial.readyVolume(mode);
      const first = volume.publish('a', mountCapability(mode));
      await trial.need('the first NodePublishVolume', first);
      await run(trial, volume, mode);
    },
  };
}

async function freed(trial: Trial, volume: TrialVolume, mode: Mode): Promise<void> {
  await trial.need('NodeUnpublishVolume', volume.unpublish('a'));
  const sent = 'NodePublishVolume at another target path after NodeUnpublishVolume of the first';
  await trial.expect(sent, volume.publish('b', mountCapability(mode)), ['OK']);
}

async function refusedTarget(trial: Trial, volume: TrialVolume, mode: Mode): Promise<void> {
  const capability = mountCapability(mode);
  const { code } = await outcomeOf(volume.publish('b', capability));
  if (code === 'OK') throw new Untestable('the driver refused no second target path');
  // The answer does not matter, only what comes of it.
  await outcomeOf(volume.unpublish('b'));
  const sent =
    'NodePublishVolume at a third target path after NodeUnpublishVolume of the refused one';
  await trial.expect(sent, volume.publish('c', capability), ['FAILED_PRECONDITION']);
}

async function otherStays(trial: Trial, volume: TrialVolume, mode: Mode): Promise<void> {
  const second = volume.publish('b', mountCapability(mode));
  await trial.need('NodePublishVolume at another target path', second);
  const path = volume.targetPath('b');
  needVisible(path);
  await trial.expect('NodeUnpublishVolume of the first target path', volume.unpublish('a'), ['OK']);
  if (!seesMount(path)) {
    trial.deviates({
      sent: 'NodeUnpublishVolume of the first target path',
      came: 'nothing is mounted at the second target path any more',
      wanted: 'the second target path as it was',
    });
  }
}

async function third(trial: Trial, volume: TrialVolume, mode: Mode): Promise<void> {
  const capability = mountCapability(mode);
  await trial.need('NodePublishVolume at another target path', volume.publish('b', capability));
  await trial.need('NodeUnpublishVolume', volume.unpublish('a'));
  const sent = 'NodePublishVolume at a third target path, with one published';
  await trial.expect(sent, volume.publish('c', capability), ['OK']);
}
