import type { Volume as WireVolume } from '../csi/generated/csi/v1/Volume.js';
import type { Volume } from '../model/volume.js';

/** A volume as the answers of the Controller service tell of it. */
export function wireVolume(volume: Volume): WireVolume {
  return {
    volume_id: volume.id,
    capacity_bytes: String(volume.capacityBytes),
    accessible_topology: volume.accessibleTopology.map((segments) => ({ segments })),
  };
}
