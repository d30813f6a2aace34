import { ACCESS_MODES, needsSingleNodeMultiWriter, type AccessMode } from '../model/access-mode.js';
import type { AccessType, VolumeCapability } from '../model/capability.js';
import { unknownMountFlag } from '../model/mount-flags.js';
import type { ControllerCapability, NodeCapability } from '../model/service-capability.js';
import { invalid, optionalIdentifier } from './field.js';
import type { VolumeCapability__Output as WireCapability } from './generated/csi/v1/VolumeCapability.js';

/** The spec's limit for `mount_flags` in all, in bytes. */
const MOUNT_FLAGS_BYTES = 4096;
/** Far more than a CO has reason to name; each one asked for is compared with each one given. */
const CAPABILITIES = 64;

/**
 * Which access modes a service takes: without its SINGLE_NODE_MULTI_WRITER capability the two modes
 * that come with it are unsupported values.
 */
export type KnownModes = 'all' | 'without SINGLE_NODE_MULTI_WRITER';

/** The access modes that a service with these capabilities takes. */
export function knownModes({ capabilities }: Advertising): KnownModes {
  return capabilities.has('SINGLE_NODE_MULTI_WRITER') ? 'all' : 'without SINGLE_NODE_MULTI_WRITER';
}

interface Advertising {
  readonly capabilities: ReadonlySet<ControllerCapability | NodeCapability>;
}

/** Checks a `VolumeCapability` that is required (spec: "CreateVolume"). Throws INVALID_ARGUMENT. */
export function volumeCapability(
  wire: WireCapability | null,
  field: string,
  known: KnownModes,
): VolumeCapability {
  if (wire === null) throw invalid(field, 'is required');
  return {
    accessMode: accessMode(wire, `${field}.access_mode`, known),
    accessType: accessType(wire, field),
  };
}

/** Checks a `VolumeCapability` that may be left out; undefined when it is. */
export function optionalVolumeCapability(
  wire: WireCapability | null,
  field: string,
  known: KnownModes,
): VolumeCapability | undefined {
  return wire === null ? undefined : volumeCapability(wire, field, known);
}

/** Checks a list of capabilities that is required, so not empty; each is kept once. */
export function volumeCapabilities(
  wire: readonly WireCapability[],
  field: string,
  known: KnownModes,
): VolumeCapability[] {
  if (wire.length === 0) throw invalid(field, 'is required');
  const different = new Map<string, VolumeCapability>();
  for (const [index, each] of wire.entries()) {
    const capability = volumeCapability(each, `${field}[${index}]`, known);
    different.set(JSON.stringify(capability), capability);
    if (different.size > CAPABILITIES) {
      throw invalid(field, `must not hold more than ${CAPABILITIES} different capabilities`);
    }
  }
  return [...different.values()];
}

function accessMode(wire: WireCapability, field: string, known: KnownModes): AccessMode {
  if (wire.access_mode === null) throw invalid(field, 'is required');
  // A mode of a later spec arrives as a number, whatever the generated type says.
  const asked: string | number = wire.access_mode.mode;
  const mode = ACCESS_MODES.find((each) => each === asked);
  if (mode === undefined) {
    throw invalid(`${field}.mode`, `is ${asked}; expected one of ${ACCESS_MODES.join(', ')}`);
  }
  if (known !== 'all' && needsSingleNodeMultiWriter(mode)) {
    throw invalid(
      `${field}.mode`,
      `is ${mode}, which needs the capability SINGLE_NODE_MULTI_WRITER; it is not advertised here`,
    );
  }
  return mode;
}

function accessType(wire: WireCapability, field: string): AccessType {
  if (wire.block && wire.mount) throw invalid(field, 'must be either block or mount, not both');
  if (wire.block) return { kind: 'block' };
  if (!wire.mount) {
    throw invalid(`${field}.access_type`, 'is required: block or mount');
  }
  const { fs_type, mount_flags, volume_mount_group } = wire.mount;
  const flags = `${field}.mount.mount_flags`;
  if (Buffer.byteLength(mount_flags.join('')) > MOUNT_FLAGS_BYTES) {
    throw invalid(flags, `must not exceed ${MOUNT_FLAGS_BYTES} bytes in all`);
  }
  const unknown = unknownMountFlag(mount_flags);
  // The flag itself may hold a secret, so its place must do.
  if (unknown !== undefined) {
    throw invalid(`${flags}[${unknown}]`, 'is no mount flag that this driver knows');
  }
  return {
    kind: 'mount',
    fsType: optionalIdentifier(fs_type, `${field}.mount.fs_type`),
    mountFlags: mount_flags,
    volumeMountGroup: optionalIdentifier(volume_mount_group, `${field}.mount.volume_mount_group`),
  };
}
