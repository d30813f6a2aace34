import type { VolumeUsage } from '../../csi/generated/csi/v1/VolumeUsage.js';
import { fileSystemUsage, type Fullness } from '../../host/file-system-usage.js';
import { inodesFor } from '../../model/capacity.js';
import type { Volume } from '../../model/volume.js';
import type { NodeDeps } from './deps.js';
import { volumeNotFound } from '../outcome.js';

/**
 * How full a volume is: figures of its own, not of the disk that it shares. What a block device holds
 * only its user knows.
 */
export async function volumeUsage(
  deps: NodeDeps,
  volume: Volume,
  path: string,
): Promise<VolumeUsage[]> {
  switch (volume.format) {
    case 'directory': {
      const used = await deps.usage(volume.id);
      return [
        figures('BYTES', fullness(volume.capacityBytes, used.bytes)),
        figures('INODES', fullness(inodesFor(volume.capacityBytes), used.inodes)),
      ];
    }
    case 'raw': {
      const device = deps.mounts.deviceAt(volume.id, path);
      if (device === undefined) throw volumeNotFound(volume.id);
      return [{ unit: 'BYTES', total: String(deps.devices.bytes(device)) }];
    }
    case 'ext4':
    case 'xfs': {
      const { bytes, inodes } = await fileSystemUsage(path);
      return [figures('BYTES', bytes), figures('INODES', inodes)];
    }
  }
}

function fullness(total: bigint, used: bigint): Fullness {
  return { total, used, available: used < total ? total - used : 0n };
}

function figures(unit: 'BYTES' | 'INODES', { total, used, available }: Fullness): VolumeUsage {
  return { unit, total: String(total), used: String(used), available: String(available) };
}
