import { admits, describe, fsType, type VolumeCapability } from './capability.js';
import type { StringMap } from './equality.js';
import { isFileSystem, type Format } from './format.js';
import type { Source } from './snapshot.js';
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
  /** How its data is kept. */
  readonly format: Format;
  /** What it was made from; null: it began empty. */
  readonly source: Source | null;
}

/** What the rules need to know of a volume. */
export type CapableVolume = Pick<Volume, 'id' | 'capabilities' | 'format'>;

/**
 * Why a volume cannot be used with a capability; undefined when one that it was created with admits
 * it, and its file system, where it has one of its own, is the one that is asked for. The codes differ by RPC: FAILED_PRECONDITION on publish and stage, INVALID_ARGUMENT on expand.
 */
export function unsupported(volume: CapableVolume, wanted: VolumeCapability): string | undefined {
  const { id, capabilities, format } = volume;
  if (!capabilities.some((given) => admits(given, wanted))) {
    const made = capabilities.map(describe).join(', ');
    return `volume ${id} was created for ${made} and does not support ${describe(wanted)}`;
  }
  const asked = fsType(wanted.accessType);
  if (!isFileSystem(format) || asked === '' || asked === format) return undefined;
  return `volume ${id} was created with the fs_type ${format} and does not support ${asked}`;
}

/** Whether an id could be a volume's or a snapshot's at all: safe as a file name, at most 128 bytes. */
export function isVolumeId(id: string): boolean {
  return /^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/.test(id);
}
