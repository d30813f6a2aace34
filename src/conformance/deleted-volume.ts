import { mountCapability, type Trial } from './trial.js';
import type { TrialVolume } from './trial-volume.js';

/**
 * A volume that was ready to be published and then given up and deleted, as a CO does it: it does not
 * exist, and its id is none that a driver could find malformed.
 */
export async function deletedVolume(trial: Trial): Promise<TrialVolume> {
  const volume = await trial.readyFor(mountCapability('SINGLE_NODE_WRITER'));
  await trial.need('NodeUnstageVolume', volume.unstage());
  await trial.need('ControllerUnpublishVolume', volume.detach());
  await trial.need('DeleteVolume', volume.remove());
  return volume;
}
