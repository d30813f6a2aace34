import { admits, type VolumeCapability } from './capability.js';
import type { StringMap } from './equality.js';
import type { Topology } from './topology.js';

/** A volume as the controller promised it. */
export interface Volume {
  /** Random, made by the driver; safe as a file name. */
  readonly id: string;
  /** The CO's `CreateVolumeRequest.name`: any text within the spec's limits, never used as a path. */
  readonly name: string;
  readonly capacityBytes: bigint;
  /** What the volume was created with; it supports these and what they imply. Never empty. */
  readonly capabilities: readonly VolumeCapability[];
  /** The driver's own creation parameters; keys under `csi.storage.k8s.io/` are left out. */
  readonly parameters: StringMap;
  /** The simulated capacity that the volume is counted against; empty without one. */
  readonly kind: string;
  /** Where the volume can be reached; empty: everywhere. */
  readonly accessibleTopology: readonly Topology[];
}

/** Whether a volume supports a capability: one that it was created with admits it. */
export function supports(volume: Volume, wanted: VolumeCapability): boolean {
  return volume.capabilities.some((given) => admits(given, wanted));
}
