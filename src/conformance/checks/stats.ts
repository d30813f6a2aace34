import { mkdirSync } from 'node:fs';
import type { Check } from '../check.js';
import { deletedVolume } from '../deleted-volume.js';
import { nodeCapability } from '../prerequisite.js';
import { mountCapability, type Trial } from '../trial.js';
import type { TrialVolume } from '../trial-volume.js';

const CAPABILITY = mountCapability('SINGLE_NODE_WRITER');

/** NodeGetVolumeStats where the volume is not. */
export const statsChecks: readonly Check[] = [
  statsCheck('no-path', 'a path that does not exist', async (trial) => {
    const volume = await published(trial);
    await expectNotFound(trial, volume, trial.freshPath());
  }),
  statsCheck('other-directory', 'a directory where no volume was published', async (trial) => {
    const volume = await published(trial);
    const path = trial.freshPath();
    mkdirSync(path);
    await expectNotFound(trial, volume, path);
  }),
  statsCheck('unpublished', 'a path where the volume was published before', async (trial) => {
    const volume = await published(trial);
    await trial.need('NodeUnpublishVolume', volume.unpublish('a'));
    await expectNotFound(trial, volume, volume.targetPath('a'));
  }),
  statsCheck('other-volume', 'a path where another volume is published', async (trial) => {
    const volume = await published(trial);
    const other = await published(trial);
    await expectNotFound(trial, volume, other.targetPath('a'));
  }),
  statsCheck('unknown-volume', 'a volume that was deleted', async (trial) => {
    const volume = await deletedVolume(trial);
    await expectNotFound(trial, volume, volume.targetPath('a'));
  }),
];

function statsCheck(id: string, where: string, run: Check['run']): Check {
  return {
    id: `stats/${id}`,
    title: `NodeGetVolumeStats of ${where}`,
    section: 'NodeGetVolumeStats Errors',
    since: '1.0.0',
    level: 'MUST',
    rule: 'a volume that does not exist on the volume_path is NOT_FOUND',
    untestable: nodeCapability('GET_VOLUME_STATS'),
    run,
  };
}

/** A published volume that the driver has statistics of. */
async function published(trial: Trial): Promise<TrialVolume> {
  const volume = await trial.readyFor(CAPABILITY);
  await trial.need('NodePublishVolume', volume.publish('a', CAPABILITY));
  const path = volume.targetPath('a');
  await trial.need('NodeGetVolumeStats at the target path', stats(trial, volume, path));
  return volume;
}

async function expectNotFound(trial: Trial, volume: TrialVolume, path: string): Promise<void> {
  const sent = 'NodeGetVolumeStats where the volume is not';
  await trial.expect(sent, stats(trial, volume, path), ['NOT_FOUND']);
}

function stats(trial: Trial, volume: TrialVolume, volume_path: string): Promise<unknown> {
  const staging_target_path = trial.subject.stage ? volume.stagingPath() : '';
  const request = { volume_id: volume.id, volume_path, staging_target_path };
  return trial.node.client.node.NodeGetVolumeStats(request, trial.call);
}
