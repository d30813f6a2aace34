import { normalize } from 'node:path/posix';
import { knownModes, optionalVolumeCapability } from '../csi/capability-field.js';
import { capacityRange } from '../csi/controller-requests.js';
import { identifier, map, somePath } from '../csi/field.js';
import type { NodeHandlers } from '../csi/generated/csi/v1/Node.js';
import type { Handlers } from '../csi/handler.js';
import { StatusError } from '../csi/status.js';
import { decideNodeExpansion, inodesFor } from '../model/capacity.js';
import type { NodeDeps } from './node-deps.js';
import { requireSupported } from './expansion.js';
import { raise, volumeNotFound } from './outcome.js';

type VolumeSize = Pick<Handlers<NodeHandlers>, 'NodeGetVolumeStats' | 'NodeExpandVolume'>;

/** The RPCs that tell how full a volume is and that finish its growth. */
export function volumeSize(deps: NodeDeps): VolumeSize {
  const { locks, records, mounts } = deps;

  /** A path where the volume is not names nothing: NOT_FOUND, relative or not. */
  function requireAt(volumeId: string, path: string): void {
    if (path.startsWith('/') && mounts.isAt(volumeId, normalize(path))) return;
    throw new StatusError('NOT_FOUND', `volume ${volumeId} is not at volume_path ${path}`);
  }

  return {
    /**
     * Figures of the volume, not of the disk that it shares. No lock is held: counting the files of a
     * large volume takes long and must not hold up a publish.
     */
    async NodeGetVolumeStats(request) {
      const volumeId = identifier(request.volume_id, 'volume_id');
      const path = somePath(request.volume_path, 'volume_path');
      const volume = deps.volume(volumeId) ?? deps.inline.volume(volumeId);
      if (volume === undefined) throw volumeNotFound(volumeId);
      requireAt(volumeId, path);
      const used = await deps.usage(volumeId);
      const inodes = inodesFor(volume.capacityBytes);
      return {
        usage: [
          figures('BYTES', volume.capacityBytes, used.bytes),
          figures('INODES', inodes, used.inodes),
        ],
      };
    },

    async NodeExpandVolume(request, call) {
      const volumeId = identifier(request.volume_id, 'volume_id');
      const path = somePath(request.volume_path, 'volume_path');
      map(request.secrets, 'secrets');
      const range = capacityRange(request.capacity_range);
      const capability = optionalVolumeCapability(
        request.volume_capability,
        'volume_capability',
        knownModes(deps),
      );
      return locks.run(volumeId, call.signal, async () => {
        const volume = deps.volume(volumeId);
        if (deps.inline.volume(volumeId) !== undefined) throw inlineNeverGrows(volumeId);
        if (volume === undefined) throw volumeNotFound(volumeId);
        requireSupported(volume, capability);
        const { staging, publications } = records.read(volumeId);
        if (staging === null && publications.length === 0) {
          throw new StatusError(
            'FAILED_PRECONDITION',
            `volume ${volumeId} is neither staged nor published on node ${deps.node.nodeId}`,
          );
        }
        requireAt(volumeId, path);
        if (range !== undefined && deps.expansion !== undefined) {
          return { capacity_bytes: String(await deps.expansion.expand(volume, range)) };
        }
        const size = decideNodeExpansion(volumeId, volume.capacityBytes, range);
        if (size.answer !== 'OK') raise(size);
        return { capacity_bytes: String(size.bytes) };
      });
    },
  };
}

function inlineNeverGrows(volumeId: string): StatusError {
  return new StatusError(
    'FAILED_PRECONDITION',
    `volume ${volumeId} is an inline volume: it keeps the size that it was published with`,
  );
}

function figures(unit: 'BYTES' | 'INODES', total: bigint, used: bigint) {
  const available = used < total ? total - used : 0n;
  return { unit, total: String(total), used: String(used), available: String(available) };
}
