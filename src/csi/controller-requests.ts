import type { Attachment } from '../model/attachment.js';
import type { CapacityRange } from '../model/capacity.js';
import type { CreateRequest } from '../model/create.js';
import { without, type StringMap } from '../model/equality.js';
import { isKubernetesKey } from '../model/kubernetes-key.js';
import type { SnapshotRequest, Source } from '../model/snapshot.js';
import type { Topology, TopologyRequirement } from '../model/topology.js';
import { volumeCapabilities, volumeCapability, type KnownModes } from './capability-field.js';
import { byteCount, identifier, invalid, map, name, optionalIdentifier } from './field.js';
import type { CapacityRange__Output as WireRange } from './generated/csi/v1/CapacityRange.js';
import type { ControllerPublishVolumeRequest__Output as WireAttach } from './generated/csi/v1/ControllerPublishVolumeRequest.js';
import type { ControllerUnpublishVolumeRequest__Output as WireDetach } from './generated/csi/v1/ControllerUnpublishVolumeRequest.js';
import type { CreateSnapshotRequest__Output as WireSnapshot } from './generated/csi/v1/CreateSnapshotRequest.js';
import type { CreateVolumeRequest__Output as WireCreate } from './generated/csi/v1/CreateVolumeRequest.js';
import type { VolumeContentSource__Output as WireSource } from './generated/csi/v1/VolumeContentSource.js';
import type { TopologyRequirement__Output as WireTopology } from './generated/csi/v1/TopologyRequirement.js';

/** The longest node id, in bytes (spec: "NodeGetInfo"). */
const NODE_ID_BYTES = 256;

/** Checks a CreateVolumeRequest as far as it can be without looking anything up. */
export function createRequest(wire: WireCreate, known: KnownModes): CreateRequest {
  map(wire.secrets, 'secrets');
  return {
    name: name(wire.name, 'name'),
    capacityRange: capacityRange(wire.capacity_range),
    capabilities: volumeCapabilities(wire.volume_capabilities, 'volume_capabilities', known),
    parameters: without(map(wire.parameters, 'parameters'), isKubernetesKey),
    topology: topologyRequirement(wire.accessibility_requirements),
    source: contentSource(wire.volume_content_source),
  };
}

/** Checks a CreateSnapshotRequest. */
export function snapshotRequest(wire: WireSnapshot): SnapshotRequest {
  map(wire.secrets, 'secrets');
  return {
    name: name(wire.name, 'name'),
    sourceVolumeId: identifier(wire.source_volume_id, 'source_volume_id'),
    parameters: without(map(wire.parameters, 'parameters'), isKubernetesKey),
  };
}

/** Checks a ControllerPublishVolumeRequest. */
export function attachRequest(wire: WireAttach, known: KnownModes): Attachment {
  map(wire.secrets, 'secrets');
  map(wire.volume_context, 'volume_context');
  return {
    volumeId: identifier(wire.volume_id, 'volume_id'),
    nodeId: identifier(wire.node_id, 'node_id', NODE_ID_BYTES),
    capability: volumeCapability(wire.volume_capability, 'volume_capability', known),
    readonly: wire.readonly,
  };
}

/** Checks a ControllerUnpublishVolumeRequest; an empty node id stands for all nodes. */
export function detachRequest(wire: WireDetach): Pick<Attachment, 'volumeId' | 'nodeId'> {
  map(wire.secrets, 'secrets');
  return {
    volumeId: identifier(wire.volume_id, 'volume_id'),
    nodeId: optionalIdentifier(wire.node_id, 'node_id', NODE_ID_BYTES),
  };
}

/** Checks a `CapacityRange` (spec: "CreateVolume"); undefined when it is not given. */
export function capacityRange(wire: WireRange | null): CapacityRange | undefined {
  if (wire === null) return undefined;
  const requiredBytes = byteCount(wire.required_bytes, 'capacity_range.required_bytes');
  const limitBytes = byteCount(wire.limit_bytes, 'capacity_range.limit_bytes');
  if (requiredBytes === 0n && limitBytes === 0n) {
    throw invalid('capacity_range', 'needs required_bytes, limit_bytes or both');
  }
  if (limitBytes > 0n && limitBytes < requiredBytes) {
    throw invalid('capacity_range.limit_bytes', 'must not be smaller than required_bytes');
  }
  return { requiredBytes, limitBytes };
}

/** Checks a `VolumeContentSource`; null when the volume is to begin empty. */
function contentSource(wire: WireSource | null): Source | null {
  if (wire === null) return null;
  const { snapshot, volume } = wire;
  if (snapshot && volume) {
    throw invalid('volume_content_source', 'must be either snapshot or volume, not both');
  }
  if (snapshot) {
    const field = 'volume_content_source.snapshot.snapshot_id';
    return { kind: 'snapshot', id: identifier(snapshot.snapshot_id, field) };
  }
  if (volume) {
    const field = 'volume_content_source.volume.volume_id';
    return { kind: 'volume', id: identifier(volume.volume_id, field) };
  }
  throw invalid('volume_content_source.type', 'is required: snapshot or volume');
}

function topologyRequirement(wire: WireTopology | null): TopologyRequirement | undefined {
  if (wire === null) return undefined;
  if (wire.requisite.length === 0 && wire.preferred.length === 0) {
    throw invalid('accessibility_requirements', 'needs requisite, preferred or both');
  }
  return {
    requisite: topologies(wire.requisite, 'accessibility_requirements.requisite'),
    preferred: topologies(wire.preferred, 'accessibility_requirements.preferred'),
  };
}

function topologies(wire: readonly { readonly segments: StringMap }[], field: string): Topology[] {
  return wire.map(({ segments }, index) => map(segments, `${field}[${index}].segments`));
}
