import type { Call } from '../../csi/handler.js';
import type { NodeVolume } from '../../model/node-volume.js';
import type { NodeDeps } from './deps.js';
import { mountPublication, mountStaging } from './mounting.js';
import { stagingMount } from './records.js';

/**
 * Makes the mounts of a node again from its records: for a driver in a mount namespace of its own,
 * whose mounts ended with the process before. What cannot be made again is logged and no longer counts.
 */
export async function restoreMounts(
  deps: NodeDeps,
  recorded: readonly NodeVolume[],
  log: Pick<Call, 'warn'>,
): Promise<void> {
  for (const record of recorded) {
    const { volumeId, staging, publications } = record;
    const volume = deps.volume(volumeId) ?? deps.inline.volume(volumeId);
    if (volume === undefined) continue;
    const attempt = async (path: string, make: () => Promise<void>) => {
      if (deps.mounts.isAt(volumeId, path)) return;
      try {
        await make();
      } catch (error) {
        log.warn(`volume ${volumeId} could not be mounted again at ${path}`, { err: error });
      }
    };
    if (staging !== null) {
      await attempt(stagingMount(staging), () => mountStaging(deps, volume, staging, record));
    }
    for (const publication of publications) {
      const attached = deps.attached(volumeId, publication.arguments.publishContext);
      await attempt(publication.targetPath, () =>
        mountPublication(deps, volume, publication, record, attached),
      );
    }
  }
}
