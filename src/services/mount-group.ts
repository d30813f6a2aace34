import { StatusError } from '../csi/status.js';
import { giveToGroup, GroupRefusal } from '../host/group-access.js';
import { readMountGroup } from '../model/mount-group.js';
import type { PublishArguments } from '../model/node-volume.js';
import type { NodeDeps } from './node-deps.js';
import { raise } from './outcome.js';

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
 * Gives a volume that is published at a path to a group. FAILED_PRECONDITION where its file system, or the
 * user that the driver runs as, does not allow that.
 */
export async function giveVolume(
  { content }: NodeDeps,
  volumeId: string,
  targetPath: string,
  group: number,
): Promise<void> {
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
