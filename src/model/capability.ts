import { implies, type AccessMode } from './access-mode.js';
import { sameList } from './equality.js';

/** How a volume is accessed: through the block device API or the file system API. */
export type AccessType =
  | { readonly kind: 'block' }
  | {
      readonly kind: 'mount';
      /** Empty: unspecified. */
      readonly fsType: string;
      /** May hold secrets: never logged, never part of a message. */
      readonly mountFlags: readonly string[];
      /** A group id as the CO sends it; empty: none. */
      readonly volumeMountGroup: string;
    };

/** A `VolumeCapability` that was checked at the edge (spec: "CreateVolume"). */
export interface VolumeCapability {
  readonly accessMode: AccessMode;
  readonly accessType: AccessType;
}

/** Whether two capabilities are the same in every field. */
export function sameCapability(a: VolumeCapability, b: VolumeCapability): boolean {
  return (
    sameCapabilityButGroup(a, b) &&
    volumeMountGroup(a.accessType) === volumeMountGroup(b.accessType)
  );
}

/** The same, but for `volume_mount_group`, which Kubernetes sets for each pod. */
export function sameCapabilityButGroup(a: VolumeCapability, b: VolumeCapability): boolean {
  return (
    a.accessMode === b.accessMode &&
    a.accessType.kind === b.accessType.kind &&
    fsType(a.accessType) === fsType(b.accessType) &&
    sameList(mountFlags(a.accessType), mountFlags(b.accessType))
  );
}

/** Whether `given`, a capability that a volume was created or staged with, admits `wanted`. */
export function admits(given: VolumeCapability, wanted: VolumeCapability): boolean {
  return (
    given.accessType.kind === wanted.accessType.kind && implies(given.accessMode, wanted.accessMode)
  );
}

export function fsType(access: AccessType): string {
  return access.kind === 'mount' ? access.fsType : '';
}

export function mountFlags(access: AccessType): readonly string[] {
  return access.kind === 'mount' ? access.mountFlags : [];
}

export function volumeMountGroup(access: AccessType): string {
  return access.kind === 'mount' ? access.volumeMountGroup : '';
}

/** Access mode and type of a capability, in words; never its mount flags. */
export function describe({ accessMode, accessType }: VolumeCapability): string {
  return `${accessMode} (${accessType.kind})`;
}
