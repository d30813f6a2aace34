import { StatusError } from '../../csi/status.js';
import { giveToGroup, GroupRefusal } from '../../host/group-access.js';
import { readMountGroup } from '../../model/mount-group.js';
import type { PublishArguments } from '../../model/node-volume.js';
import type { NodeDeps } from './deps.js';
import { mountPaths, type LivingRecord } from './records.js';
import { raise } from '../outcome.js';

/**
 * The group that a publication gives its volume to; undefined: none, or the node does not advertise
 * VOLUME_MOUNT_GROUP. Throws INVALID_ARGUMENT for what is no group.
 */
export function mountGroup(
  { capabilities }: NodeDeps,
  published: PublishArguments,
): number | undefined {
  if (!capabilities.has('VOLUME_MOUNT_GROUP')) return undefined;
  const verdict = readMountGroup(published);
  return verdict.answer === 'OK' ? verdict.group : raise(verdict);
}

/**
 * Gives a volume that is published at a path to a group, if it is to belong to one. FAILED_PRECONDITION where
 * its file system, or the user that the driver runs as, does not allow that.
 */
export async function giveVolume(
  { content }: NodeDeps,
  volumeId: string,
  targetPath: string,
  group: number | undefined,
): Promise<void> {
  if (group === undefined) return;
  const data = content(volumeId);
  // Nobody else gets through to a directory in the pool; a file system in an image shows only mounted.
  const directory = data?.kind === 'directory' ? data.path : targetPath;
  try {
    await giveToGroup(directory, group);
  } catch (error) {
    if (!(error instanceof GroupRefusal)) throw error;
    throw new StatusError(
      'FAILED_PRECONDITION',
      `volume ${volumeId} cannot be given to volume_mount_group ${group}: ${error.message}`,
      { cause: error },
    );
  }
}

/** The same for a publication that has just been mounted, which is taken away again when that fails. */
export async function giveOrUnpublish(
  deps: NodeDeps,
  volumeId: string,
  targetPath: string,
  group: number | undefined,
  others: LivingRecord,
): Promise<void> {
  try {
    await giveVolume(deps, volumeId, targetPath, group);
  } catch (error) {
    await deps.mounts.remove(volumeId, targetPath, mountPaths(others));
    deps.mounts.clear(targetPath);
    throw error;
  }
}
