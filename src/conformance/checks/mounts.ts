import { readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Untestable } from '../untestable.js';
import type { Check } from '../check.js';
import { modes, modesSince } from '../prerequisite.js';
import type { Mode } from '../spec-table.js';
import { mountCapability, type Trial } from '../trial.js';
import type { TrialVolume } from '../trial-volume.js';
import { needVisible } from '../visible-mount.js';

const WRITER = 'SINGLE_NODE_WRITER';
const SHARED = ['SINGLE_NODE_MULTI_WRITER', 'MULTI_NODE_MULTI_WRITER'] as const;
const READERS = ['SINGLE_NODE_READER_ONLY', 'MULTI_NODE_READER_ONLY'] as const;

/** What a workload finds at the target path, where the checker sees it too. */
export const mountChecks: readonly Check[] = [
  mountCheck(WRITER, {
    id: 'directory',
    title: 'the target path is a directory',
    section: 'NodePublishVolume',
    level: 'MUST',
    rule: 'with mount access the plugin places the mounted directory at the target path',
    run: tryDirectory,
  }),
  ...SHARED.map((mode) =>
    mountCheck(mode, {
      id: `shared-data/${mode}`,
      title: `what is written through one target path of a ${mode} volume is read through another`,
      section: 'NodePublishVolume',
      level: 'MUST',
      rule: 'the mode lets several workloads of a node read and write the one volume',
      run: (trial) => trySharedData(trial, mode),
    }),
  ),
  mountCheck(WRITER, {
    id: 'readonly',
    title: 'a volume that is published with readonly refuses writes',
    section: 'NodePublishVolume',
    level: 'MUST',
    rule: 'readonly indicates that the plugin publishes the volume in readonly mode',
    run: tryReadonly,
  }),
  ...SHARED.map((mode) =>
    mountCheck(mode, {
      id: `readonly-beside/${mode}`,
      title: `readonly at one target path of a ${mode} volume leaves another writable`,
      section: 'NodePublishVolume',
      level: 'MUST',
      rule: 'readonly is an argument of one publication, and the plugin ensures that each can be used as described',
      run: (trial) => tryReadonlyBeside(trial, mode),
    }),
  ),
  ...READERS.map((mode) =>
    mountCheck(mode, {
      id: `reader-only/${mode}`,
      title: `a ${mode} volume refuses writes although readonly is false`,
      section: 'VolumeCapability',
      level: 'SHOULD',
      rule: 'the mode is defined as published readonly; who sees to it, the plugin or the CO by its readonly flag, is not said',
      run: (trial) => tryReaderOnly(trial, mode),
    }),
  ),
  mountCheck(WRITER, {
    id: 'data-stays',
    title: 'what was written is there when the volume is published again',
    section: 'NodeUnpublishVolume',
    level: 'MUST',
    rule: 'NodeUnpublishVolume and NodeUnstageVolume undo NodePublishVolume and NodeStageVolume, no more',
    run: tryDataStays,
  }),
];

function mountCheck(mode: Mode, check: Omit<Check, 'since' | 'untestable'>): Check {
  return { ...check, id: `mounts/${check.id}`, since: modesSince(mode), untestable: modes(mode) };
}

async function tryDirectory(trial: Trial): Promise<void> {
  const path = await publish(trial, await trial.readyVolume(WRITER), WRITER, 'a');
  if (!statSync(path).isDirectory()) {
    const wanted = 'a directory at the target path';
    trial.deviates({ sent: 'NodePublishVolume', came: 'something else', wanted });
  }
}

async function trySharedData(trial: Trial, mode: Mode): Promise<void> {
  const volume = await trial.readyVolume(mode);
  const a = await publish(trial, volume, mode, 'a');
  const b = await publish(trial, volume, mode, 'b');
  needWritable(a);
  for (const [from, to] of [
    [a, b],
    [b, a],
  ] as const) {
    const refusal = write(from, 'csi-check');
    if (refusal === undefined) expectData(trial, 'writing through one of two target paths', to);
    else deviates(trial, 'writing through one of two target paths', refusal, 'success');
  }
}

async function tryReadonly(trial: Trial): Promise<void> {
  const volume = await trial.readyVolume(WRITER);
  needWritable(await publish(trial, volume, WRITER, 'a'));
  await trial.need('NodeUnpublishVolume', volume.unpublish('a'));
  expectReadonly(trial, await publish(trial, volume, WRITER, 'a', true));
}

async function tryReadonlyBeside(trial: Trial, mode: Mode): Promise<void> {
  const volume = await trial.readyVolume(mode);
  const writable = await publish(trial, volume, mode, 'a');
  needWritable(writable);
  expectReadonly(trial, await publish(trial, volume, mode, 'b', true));
  const refusal = write(writable, 'csi-check');
  if (refusal !== undefined) {
    deviates(trial, 'writing at a target path beside one with readonly', refusal, 'success');
  }
}

async function tryReaderOnly(trial: Trial, mode: Mode): Promise<void> {
  needWritable(await publish(trial, await trial.readyVolume(WRITER), WRITER, 'a'));
  expectReadonly(trial, await publish(trial, await trial.readyVolume(mode), mode, 'a'));
}

async function tryDataStays(trial: Trial): Promise<void> {
  const volume = await trial.readyVolume(WRITER);
  const path = await publish(trial, volume, WRITER, 'a');
  const refusal = write(path, 'csi-check');
  if (refusal !== undefined) throw new Untestable(`the checker cannot write: ${refusal}`);
  await trial.need('NodeUnpublishVolume', volume.unpublish('a'));
  const again = await publish(trial, volume, WRITER, 'b');
  expectData(trial, 'NodePublishVolume after NodeUnpublishVolume', again);
  await trial.need('NodeUnpublishVolume', volume.unpublish('b'));
  await trial.need('NodeUnstageVolume', volume.unstage());
  await trial.need('NodeStageVolume', volume.stage(mountCapability(WRITER)));
  const staged = await publish(trial, volume, WRITER, 'c');
  expectData(trial, 'NodePublishVolume after NodeUnstageVolume', staged);
}

/** Publishes and resolves with the target path, where the checker sees the mount. */
async function publish(
  trial: Trial,
  volume: TrialVolume,
  mode: Mode,
  target: string,
  readonly = false,
): Promise<string> {
  const call = volume.publish(target, mountCapability(mode), { readonly });
  await trial.need(`NodePublishVolume${readonly ? ' with readonly' : ''}`, call);
  const path = volume.targetPath(target);
  needVisible(path);
  return path;
}

/** A checker without the right to write would find any volume readonly. */
function needWritable(path: string): void {
  const refusal = write(path, 'csi-check-control');
  if (refusal !== undefined) throw new Untestable(`the checker cannot write: ${refusal}`);
  rmSync(join(path, 'csi-check-control'));
}

function expectReadonly(trial: Trial, path: string): void {
  if (write(path, 'csi-check') === undefined) {
    deviates(trial, 'writing to a volume that is to be readonly', 'success', 'EROFS or EACCES');
  }
}

function expectData(trial: Trial, sent: string, path: string): void {
  try {
    const came = readFileSync(join(path, 'csi-check'), 'utf8');
    if (came === 'csi-check') return;
    deviates(trial, sent, 'a file with other content', 'the file that was written');
  } catch (error) {
    deviates(trial, sent, String(error), 'the file that was written');
  }
}

/** Writes a file; the error in words when that fails. */
function write(directory: string, name: string): string | undefined {
  try {
    writeFileSync(join(directory, name), name);
    return undefined;
  } catch (error) {
    return String(error);
  }
}

function deviates(trial: Trial, sent: string, came: string, wanted: string): void {
  trial.deviates({ sent, came, wanted });
}
