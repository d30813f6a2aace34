import { Untestable } from '../untestable.js';
import type { Check } from '../check.js';
import { needPublishing } from '../control.js';
import { allOf, controllerCapability } from '../controller-prerequisite.js';
import { outcomeOf } from '../outcome.js';
import { mountCapability, type Trial } from '../trial.js';
import type { TrialVolume } from '../trial-volume.js';

const WRITER = mountCapability('SINGLE_NODE_WRITER');
const DELETES = controllerCapability('CREATE_DELETE_VOLUME');
const FIXED = {
  section: 'DeleteVolume',
  since: '1.0.0',
  level: 'MUST',
  untestable: DELETES,
} as const;

/** DeleteVolume. */
export const controllerDeleteChecks: readonly Check[] = [
  {
    ...FIXED,
    id: 'delete/unknown-volume',
    title: 'DeleteVolume of a volume that never existed: OK',
    rule: 'idempotent: OK where no volume corresponds to the volume_id',
    run: (trial) => expectDelete(trial, trial.volumeName(), 'OK'),
  },
  {
    ...FIXED,
    id: 'delete/twice',
    title: 'DeleteVolume twice: OK',
    rule: 'idempotent: OK where no volume corresponds to the volume_id any more',
    async run(trial) {
      const volume = await trial.volume([WRITER]);
      await trial.expect('DeleteVolume', volume.remove(), ['OK']);
      await trial.expect('DeleteVolume again', volume.remove(), ['OK']);
    },
  },
  {
    ...FIXED,
    id: 'delete/no-volume-id',
    title: 'DeleteVolume without a volume_id: INVALID_ARGUMENT',
    rule: 'volume_id is required',
    run: (trial) => expectDelete(trial, '', 'INVALID_ARGUMENT'),
  },
  {
    ...FIXED,
    id: 'delete/name-again',
    title: 'CreateVolume of the name of a deleted volume: OK',
    section: 'CreateVolume',
    rule: 'a name whose volume is gone is free',
    async run(trial) {
      const request = { name: trial.volumeName(), volume_capabilities: [WRITER] };
      const volume = await trial.need('CreateVolume', trial.create(request));
      await trial.need('DeleteVolume', volume.remove());
      await trial.expect('CreateVolume of the same name', trial.create(request), ['OK']);
    },
  },
  {
    ...FIXED,
    id: 'delete/attached',
    title:
      'DeleteVolume of a volume that is controller-published: FAILED_PRECONDITION, and it goes on working',
    rule: 'FAILED_PRECONDITION where the volume is in use by another resource',
    untestable: allOf(DELETES, controllerCapability('PUBLISH_UNPUBLISH_VOLUME')),
    async run(trial) {
      await needPublishing(trial, WRITER);
      const volume = await trial.volume([WRITER]);
      await trial.need('ControllerPublishVolume', volume.attach(WRITER));
      await expectInUse(trial, volume);
      await trial.expect('NodeStageVolume afterwards', volume.stage(WRITER), ['OK']);
      await trial.expect('NodePublishVolume afterwards', volume.publish('a', WRITER), ['OK']);
    },
  },
  {
    ...FIXED,
    id: 'delete/published',
    title:
      'DeleteVolume of a volume that is published on a node: FAILED_PRECONDITION, and it goes on working',
    // Without attach, a Controller service need not know of it.
    level: 'SHOULD',
    rule: 'FAILED_PRECONDITION where the volume is in use by another resource',
    async run(trial) {
      await needPublishing(trial, WRITER);
      await needKeepsReady(trial);
      const volume = await trial.readyVolume('SINGLE_NODE_WRITER');
      await trial.need('NodePublishVolume', volume.publish('a', WRITER));
      await expectInUse(trial, volume);
      await trial.expect('NodePublishVolume again', volume.publish('a', WRITER), ['OK']);
    },
  },
];

function expectDelete(trial: Trial, volume_id: string, wanted: 'OK' | 'INVALID_ARGUMENT') {
  const { subject, call, secrets } = trial;
  const deleting = subject.controller.controller.DeleteVolume(
    { volume_id, secrets: secrets('DeleteVolume') },
    call,
  );
  return trial.expect('DeleteVolume', deleting, [wanted]).then(() => undefined);
}

/**
 * A driver that deletes a published volume may leave its mount behind for good: no trying it on one
 * that deletes a volume which is merely ready to be published.
 */
async function needKeepsReady(trial: Trial): Promise<void> {
  const { attach, stage } = trial.subject;
  if (!attach && !stage) return;
  const volume = await trial.readyVolume('SINGLE_NODE_WRITER');
  const deleting = volume.remove();
  const { code } = await outcomeOf(deleting);
  // With attach there is a check of its own for it.
  if (!attach) await trial.expect('DeleteVolume while staged', deleting, ['FAILED_PRECONDITION']);
  if (code === 'OK')
    throw new Untestable('the driver deletes volumes that are about to be published');
}

/** Goes on only while the volume is there. */
async function expectInUse(trial: Trial, volume: TrialVolume): Promise<void> {
  const { code } = await trial.expect('DeleteVolume while in use', volume.remove(), [
    'FAILED_PRECONDITION',
  ]);
  if (code === 'OK') throw new Untestable('the volume has been deleted');
}
