import { lstatSync } from 'node:fs';
import type { Check } from '../check.js';
import { deletedVolume } from '../deleted-volume.js';
import { mountCapability, type Trial } from '../trial.js';
import { needVisible } from '../visible-mount.js';

const CAPABILITY = mountCapability('SINGLE_NODE_WRITER');
const COMMON = { section: 'NodeUnpublishVolume', since: '1.0.0', level: 'MUST' } as const;

export const unpublishChecks: readonly Check[] = [
  {
    ...COMMON,
    id: 'unpublish/twice',
    title: 'NodeUnpublishVolume twice',
    rule: 'the operation is idempotent',
    async run(trial) {
      const volume = await trial.readyFor(CAPABILITY);
      await trial.need('NodePublishVolume', volume.publish('a', CAPABILITY));
      await trial.expect('NodeUnpublishVolume', volume.unpublish('a'), ['OK']);
      await trial.expect('NodeUnpublishVolume again', volume.unpublish('a'), ['OK']);
    },
  },
  {
    ...COMMON,
    id: 'unpublish/unknown-volume',
    title: 'NodeUnpublishVolume of a volume that was deleted',
    rule: 'the operation is idempotent, and a volume that does not exist is NOT_FOUND',
    async run(trial) {
      const volume = await deletedVolume(trial);
      const wanted = ['OK', 'NOT_FOUND'] as const;
      const sent = 'NodeUnpublishVolume of a deleted volume';
      const { code } = await trial.expect(sent, volume.unpublish('a'), wanted);
      trial.reads(`NodeUnpublishVolume of a deleted volume: ${code}`);
    },
  },
  {
    ...COMMON,
    id: 'unpublish/removes-target',
    title: 'the target path is gone after NodeUnpublishVolume',
    rule: 'the plugin deletes the file or directory that it created at the target path',
    run: tryRemoval,
  },
];

async function tryRemoval(trial: Trial): Promise<void> {
  const volume = await trial.readyFor(CAPABILITY);
  await trial.need('NodePublishVolume', volume.publish('a', CAPABILITY));
  const path = volume.targetPath('a');
  needVisible(path);
  await trial.need('NodeUnpublishVolume', volume.unpublish('a'));
  if (lstatSync(path, { throwIfNoEntry: false }) !== undefined) {
    trial.deviates({
      sent: 'NodeUnpublishVolume',
      came: 'there is still something at the target path',
      wanted: 'nothing at the target path',
    });
  }
}
