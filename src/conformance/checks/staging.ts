import { mkdirSync } from 'node:fs';
import type { Check } from '../check.js';
import { needPublishing } from '../control.js';
import { deletedVolume } from '../deleted-volume.js';
import { outcomeOf } from '../outcome.js';
import { nodeCapability } from '../prerequisite.js';
import { mountCapability, type Trial } from '../trial.js';
import type { TrialVolume } from '../trial-volume.js';

const WRITER = mountCapability('SINGLE_NODE_WRITER');
const MANY = mountCapability('MULTI_NODE_MULTI_WRITER');

/** What holds of NodeStageVolume and NodeUnstageVolume, and of NodePublishVolume because of them. */
export const stagingChecks: readonly Check[] = [
  stagingCheck({
    id: 'repeat',
    title: 'NodeStageVolume twice, the same',
    section: 'NodeStageVolume',
    level: 'MUST',
    rule: 'a volume that is staged at the path with an identical volume_capability is answered OK',
    async run(trial) {
      const volume = await trial.readyFor(WRITER);
      await trial.expect('NodeStageVolume again', volume.stage(WRITER), ['OK']);
    },
  }),
  stagingCheck({
    id: 'other-mode',
    title: 'NodeStageVolume again at the same path with another access mode',
    section: 'NodeStageVolume Errors',
    // The error table is a MUST where the capabilities are incompatible, and does not say when they are.
    level: 'SHOULD',
    rule: 'a volume that is staged at the path, but is incompatible with the volume_capability, is ALREADY_EXISTS',
    async run(trial) {
      const volume = await trial.readyFor(WRITER, MANY);
      const sent = 'NodeStageVolume at the same path with another access mode';
      await trial.expect(sent, volume.stage(MANY), ['ALREADY_EXISTS']);
    },
  }),
  stagingCheck({
    id: 'other-access-type',
    title: 'NodeStageVolume again at the same path with another access type',
    section: 'NodeStageVolume Errors',
    level: 'MUST',
    rule: 'a volume that is staged at the path, but is incompatible with the volume_capability, is ALREADY_EXISTS',
    async run(trial) {
      const block = { access_mode: { mode: 'SINGLE_NODE_WRITER' }, block: {} } as const;
      const volume = await trial.readyFor(WRITER, block);
      const sent = 'NodeStageVolume at the same path, block instead of mount';
      await trial.expect(sent, volume.stage(block), ['ALREADY_EXISTS']);
    },
  }),
  stagingCheck({
    id: 'second-path',
    title: 'NodeStageVolume at a second path',
    section: 'NodeStageVolume',
    level: 'SHOULD',
    rule: 'the CO ensures that there is one staging path, so any answer will do; one that was refused leaves the first path staged',
    run: trySecondPath,
  }),
  stagingCheck({
    id: 'publish-before',
    title: 'NodePublishVolume before NodeStageVolume',
    section: 'RPC Interactions and Reference Counting',
    level: 'SHOULD',
    rule: 'the CO guarantees the order, so any answer will do; one that was refused works once the volume is staged',
    run: tryPublishBefore,
  }),
  stagingCheck({
    id: 'no-staging-path',
    title: 'NodePublishVolume of a staged volume with an empty staging_target_path',
    section: 'NodePublishVolume Errors',
    level: 'MUST',
    rule: 'STAGE_UNSTAGE_VOLUME is advertised and no staging_target_path was set: FAILED_PRECONDITION',
    async run(trial) {
      const volume = await trial.readyFor(WRITER);
      const call = volume.publish('a', WRITER, { staging_target_path: '' });
      const sent = 'NodePublishVolume with an empty staging_target_path';
      await trial.expect(sent, call, ['FAILED_PRECONDITION']);
    },
  }),
  stagingCheck({
    id: 'unstage-while-published',
    title: 'NodeUnstageVolume of a published volume, and again when it is not',
    section: 'RPC Interactions and Reference Counting',
    level: 'MUST',
    rule: 'the CO unpublishes first, so any answer will do; once the volume is unpublished NodeUnstageVolume is OK',
    run: tryUnstagePublished,
  }),
  stagingCheck({
    id: 'unstage-twice',
    title: 'NodeUnstageVolume twice',
    section: 'NodeUnstageVolume',
    level: 'MUST',
    rule: 'a volume that is not staged at the path is answered OK',
    async run(trial) {
      const volume = await trial.readyFor(WRITER);
      await trial.expect('NodeUnstageVolume', volume.unstage(), ['OK']);
      await trial.expect('NodeUnstageVolume again', volume.unstage(), ['OK']);
    },
  }),
  stagingCheck({
    id: 'unstage-unknown-volume',
    title: 'NodeUnstageVolume of a volume that was deleted',
    section: 'NodeUnstageVolume',
    level: 'MUST',
    rule: 'what is not staged is OK, what does not exist NOT_FOUND',
    async run(trial) {
      const volume = await deletedVolume(trial);
      const wanted = ['OK', 'NOT_FOUND'] as const;
      const sent = 'NodeUnstageVolume of a deleted volume';
      const { code } = await trial.expect(sent, volume.unstage(), wanted);
      trial.reads(`NodeUnstageVolume of a deleted volume: ${code}`);
    },
  }),
];

function stagingCheck(check: Omit<Check, 'since' | 'untestable'>): Check {
  const untestable = nodeCapability('STAGE_UNSTAGE_VOLUME');
  return { ...check, id: `staging/${check.id}`, since: '1.0.0', untestable };
}

async function trySecondPath(trial: Trial): Promise<void> {
  await needPublishing(trial, WRITER);
  const volume = await trial.readyFor(WRITER);
  const path = trial.freshPath();
  mkdirSync(path);
  const { code } = await outcomeOf(volume.stage(WRITER, { staging_target_path: path }));
  trial.reads(`a second staging path: ${code}`);
  if (code === 'OK') return;
  const sent = 'NodePublishVolume from the first staging path, after the second was refused';
  await trial.expect(sent, volume.publish('a', WRITER), ['OK']);
}

async function tryPublishBefore(trial: Trial): Promise<void> {
  await needPublishing(trial, WRITER);
  const volume = await attached(trial);
  const { code } = await outcomeOf(volume.publish('a', WRITER));
  trial.reads(`NodePublishVolume before NodeStageVolume: ${code}`);
  if (code === 'OK') return;
  await trial.need('NodeStageVolume', volume.stage(WRITER));
  const sent = 'NodePublishVolume after NodeStageVolume, refused before it';
  await trial.expect(sent, volume.publish('a', WRITER), ['OK']);
}

async function tryUnstagePublished(trial: Trial): Promise<void> {
  const volume = await trial.readyFor(WRITER);
  await trial.need('NodePublishVolume', volume.publish('a', WRITER));
  const { code } = await outcomeOf(volume.unstage());
  trial.reads(`NodeUnstageVolume of a published volume: ${code}`);
  await trial.expect('NodeUnpublishVolume', volume.unpublish('a'), ['OK']);
  await trial.expect('NodeUnstageVolume after NodeUnpublishVolume', volume.unstage(), ['OK']);
}

async function attached(trial: Trial): Promise<TrialVolume> {
  const volume = await trial.volume([WRITER]);
  await trial.need('ControllerPublishVolume', volume.attach(WRITER));
  return volume;
}
