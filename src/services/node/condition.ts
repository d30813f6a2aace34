import { findData } from '../../host/data-finding.js';
import { findFileSystem } from '../../host/file-system-finding.js';
import { isReaderOnly } from '../../model/access-mode.js';
import { mountFlags, type VolumeCapability } from '../../model/capability.js';
import { mountAttributes } from '../../model/mount-flags.js';
import {
  decideCondition,
  type FileSystemFinding,
  type VolumeCondition,
} from '../../model/volume-condition.js';
import type { Volume } from '../../model/volume.js';
import type { NodeDeps } from './deps.js';
import { mountPaths } from './records.js';

/**
 * The condition of a volume as this node sees it at a path. That a mount has vanished is known by its
 * record, until the volume is staged, published, unpublished or unstaged the next time.
 */
export async function nodeCondition(
  deps: NodeDeps,
  volume: Volume,
  path: string,
  signal: AbortSignal,
): Promise<VolumeCondition> {
  const { records, mounts, locks } = deps;
  const findVanished = () =>
    mountPaths(records.recorded(volume.id)).filter((each) => !mounts.isAt(volume.id, each));
  // A call under way has a record before its mount: with it done, the mount is there.
  const vanished =
    findVanished().length === 0
      ? []
      : await locks.run(volume.id, signal, async () => findVanished());
  return decideCondition(volume, {
    simulated: deps.abnormal(volume.id),
    data: findData(() => deps.content(volume.id)),
    mount: { path, vanished, fileSystem: fileSystemAt(deps, volume, path) },
  });
}

function fileSystemAt(deps: NodeDeps, volume: Volume, path: string): FileSystemFinding {
  if (volume.format === 'raw' || !deps.mounts.isAt(volume.id, path)) return { found: 'well' };
  return findFileSystem(path, isForWriting(deps, volume.id, path));
}

/** Whether a workload is to write at the path; false where that is not known. */
function isForWriting({ records, attached }: NodeDeps, volumeId: string, path: string): boolean {
  const { staging, publications } = records.recorded(volumeId);
  const there = publications.find(({ targetPath }) => targetPath === path);
  if (there === undefined) return false;
  const { capability, readonly, publishContext } = there.arguments;
  const readOnly = readonly || attached(volumeId, publishContext)?.readonly === true;
  return (
    takesWrites(capability, readOnly) &&
    (staging === null || takesWrites(staging.capability, false))
  );
}

function takesWrites({ accessMode, accessType }: VolumeCapability, readonly: boolean): boolean {
  const attributes = mountAttributes(mountFlags(accessType), readonly || isReaderOnly(accessMode));
  return !attributes.includes('ro');
}
