import type { Check } from '../check.js';
import { nodeCapability } from '../prerequisite.js';
import { mountCapability, type Trial } from '../trial.js';

const CAPABILITY = mountCapability('SINGLE_NODE_WRITER');

/** Secrets are no part of what a repeated call is compared by. */
export const secretsChecks: readonly Check[] = [
  {
    id: 'secrets/publish',
    title: 'repeated NodePublishVolume with other secrets',
    section: 'NodePublishVolume',
    since: '1.0.0',
    level: 'MUST',
    rule: 'the other arguments are compared except secrets, and a call that is the same is OK',
    run: tryPublish,
  },
  {
    id: 'secrets/stage',
    title: 'repeated NodeStageVolume with other secrets',
    section: 'NodeStageVolume',
    since: '1.0.0',
    level: 'MUST',
    rule: 'a volume that is staged at the path with an identical volume_capability is answered OK',
    untestable: nodeCapability('STAGE_UNSTAGE_VOLUME'),
    run: tryStage,
  },
];

async function tryPublish(trial: Trial): Promise<void> {
  const secrets = othersFor(trial, 'NodePublishVolume');
  const volume = await trial.readyVolume('SINGLE_NODE_WRITER');
  // A driver may want exactly the secrets that it knows.
  const control = volume.publish('a', CAPABILITY, { secrets });
  await trial.need('a first NodePublishVolume with the other secrets', control);
  await trial.need('NodeUnpublishVolume', volume.unpublish('a'));
  await trial.need('the first NodePublishVolume', volume.publish('a', CAPABILITY));
  const sent = 'NodePublishVolume again with other secrets';
  await trial.expect(sent, volume.publish('a', CAPABILITY, { secrets }), ['OK']);
}

async function tryStage(trial: Trial): Promise<void> {
  const secrets = othersFor(trial, 'NodeStageVolume');
  const volume = await trial.volume([CAPABILITY]);
  await trial.need('ControllerPublishVolume', volume.attach(CAPABILITY));
  const control = volume.stage(CAPABILITY, { secrets });
  await trial.need('a first NodeStageVolume with the other secrets', control);
  await trial.need('NodeUnstageVolume', volume.unstage());
  await trial.need('the first NodeStageVolume', volume.stage(CAPABILITY));
  const sent = 'NodeStageVolume again with other secrets';
  await trial.expect(sent, volume.stage(CAPABILITY, { secrets }), ['OK']);
}

function othersFor(trial: Trial, rpc: string): Record<string, string> {
  return { ...trial.secrets(rpc), 'csi-check': 'other' };
}
