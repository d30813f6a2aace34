import type { Snapshot as WireSnapshot } from '../../csi/generated/csi/v1/Snapshot.js';
import type { Volume as WireVolume } from '../../csi/generated/csi/v1/Volume.js';
import type { VolumeContentSource as WireSource } from '../../csi/generated/csi/v1/VolumeContentSource.js';
import type { Snapshot, Source } from '../../model/snapshot.js';
import type { Volume } from '../../model/volume.js';

/** A volume as the answers of the Controller service tell of it. */
export function wireVolume(volume: Volume): WireVolume {
  return {
    volume_id: volume.id,
    capacity_bytes: String(volume.capacityBytes),
    content_source: volume.source && wireSource(volume.source),
    accessible_topology: volume.accessibleTopology.map((segments) => ({ segments })),
  };
}

/** A snapshot as the answers of the Controller service tell of it. What is recorded is whole. */
export function wireSnapshot(snapshot: Snapshot): WireSnapshot {
  return {
    snapshot_id: snapshot.id,
    source_volume_id: snapshot.sourceVolumeId,
    size_bytes: String(snapshot.sizeBytes),
    creation_time: {
      seconds: String(Math.floor(snapshot.createdAt / 1000)),
      nanos: (snapshot.createdAt % 1000) * 1e6,
    },
    ready_to_use: true,
  };
}

function wireSource({ kind, id }: Source): WireSource {
  return kind === 'snapshot' ? { snapshot: { snapshot_id: id } } : { volume: { volume_id: id } };
}
