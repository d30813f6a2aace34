import type { VolumeCapability } from '../csi/generated/csi/v1/VolumeCapability.js';
import type { Trial } from './trial.js';

/**
 * A control experiment: throws Untestable unless a fresh volume with this capability is published, and
 * published again the same. What goes wrong with another volume is then not for want of that.
 */
export async function needPublishing(trial: Trial, capability: VolumeCapability): Promise<void> {
  const control = await trial.readyFor(capability);
  await trial.need('NodePublishVolume', control.publish('control', capability));
  await trial.need('NodePublishVolume again', control.publish('control', capability));
}
