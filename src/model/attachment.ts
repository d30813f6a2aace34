import type { VolumeCapability } from './capability.js';

/** A volume controller-published at a node (spec: "ControllerPublishVolume"). */
export interface Attachment {
  readonly volumeId: string;
  readonly nodeId: string;
  readonly capability: VolumeCapability;
  readonly readonly: boolean;
}
