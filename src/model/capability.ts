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

/** The fields in which two capabilities differ, in words that quote no mount flag; empty: the same. */
export function capabilityDifferences(there: VolumeCapability, asked: VolumeCapability): string[] {
  return [
    ...differencesButGroup(there, asked),
    ...difference(
      'volume_mount_group',
      volumeMountGroup(there.accessType),
      volumeMountGroup(asked.accessType),
    ),
  ];
}

/** The same, but for `volume_mount_group`, which Kubernetes sets for each pod. */
export function differencesButGroup(there: VolumeCapability, asked: VolumeCapability): string[] {
  const [typeThere, typeAsked] = [there.accessType, asked.accessType];
  return [
    ...difference('access mode', there.accessMode, asked.accessMode),
    ...difference('access type', typeThere.kind, typeAsked.kind),
    ...difference('fs_type', fsType(typeThere), fsType(typeAsked)),
    ...(sameList(mountFlags(typeThere), mountFlags(typeAsked)) ? [] : ['mount_flags']),
  ];
}

/** How a field that can hold no secret differs, in words; empty when it does not. */
export function difference(name: string, there: string, asked: string): string[] {
  return there === asked ? [] : [`${name} (${there || 'none'} there, ${asked || 'none'} asked)`];
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
