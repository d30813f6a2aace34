import type { VolumeCapability } from './capability.js';
import type { StringMap } from './equality.js';

/** What one node did with one volume: a record of the node service. */
export interface NodeVolume {
  readonly nodeId: string;
  readonly volumeId: string;
  /** The boot that the mounts belong to: they do not outlive it. */
  readonly bootId: string;
  readonly staging: Staging | null;
  readonly publications: readonly Publication[];
}

/** A volume staged at a path (spec: "NodeStageVolume"). */
export interface Staging {
  readonly path: string;
  readonly capability: VolumeCapability;
  /** Whether it is read-only because the volume was controller-published so. */
  readonly readonly: boolean;
}

/** A volume published at a target path, with the arguments that it was published with. */
export interface Publication {
  readonly targetPath: string;
  readonly arguments: PublishArguments;
}

/**
 * P of the spec's tables: every argument of NodePublishVolume but the target path, `secrets`, and the
 * keys of `volume_context` under `csi.storage.k8s.io/`, where Kubernetes puts pod identity and fresh
 * tokens at every call.
 */
export interface PublishArguments {
  readonly capability: VolumeCapability;
  readonly readonly: boolean;
  /** Empty when the call named none. */
  readonly stagingTargetPath: string;
  readonly publishContext: StringMap;
  readonly volumeContext: StringMap;
}
