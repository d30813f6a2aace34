import { normalize } from 'node:path/posix';
import { knownModes, optionalVolumeCapability } from '../../csi/capability-field.js';
import { capacityRange } from '../../csi/controller-requests.js';
import { identifier, map, somePath } from '../../csi/field.js';
import type { NodeHandlers } from '../../csi/generated/csi/v1/Node.js';
import type { Handlers } from '../../csi/handler.js';
import { StatusError } from '../../csi/status.js';
import { decideNodeExpansion, type CapacityRange } from '../../model/capacity.js';
import type { Volume } from '../../model/volume.js';
import { nodeCondition } from './condition.js';
import type { NodeDeps } from './deps.js';
import { growOnNode } from './growing.js';
import { mountPaths, recordedPaths, stagingMount } from './records.js';
import { requireSupported } from '../expansion.js';
import { raise, volumeNotFound } from '../outcome.js';
import { volumeUsage } from './volume-usage.js';

type VolumeSize = Pick<Handlers<NodeHandlers>, 'NodeGetVolumeStats' | 'NodeExpandVolume'>;

/** The RPCs that tell how full a volume is and that finish its growth. */
export function volumeSize(deps: NodeDeps): VolumeSize {
  const { locks, holds, records, mounts } = deps;
  const tellsCondition = deps.capabilities.has('VOLUME_CONDITION');

  /** Where the volume is mounted by the path that the CO names. */
  function mountPath(volumeId: string, path: string): string {
    const { staging } = records.recorded(volumeId);
    const named = normalize(path);
    return staging?.path === named ? stagingMount(staging) : named;
  }

  function isAt({ id, format }: Volume, path: string): boolean {
    if (!path.startsWith('/')) return false;
    const place = mountPath(id, path);
    return format === 'raw' ? mounts.deviceAt(id, place) !== undefined : mounts.isAt(id, place);
  }

  /** A path where the volume is not names nothing: NOT_FOUND, relative or not. */
  function requireAt(volume: Volume, path: string): void {
    if (isAt(volume, path)) return;
    throw new StatusError('NOT_FOUND', `volume ${volume.id} is not at volume_path ${path}`);
  }

  /** Whether the volume was staged or published at the path, be its mount there or not. */
  const isRecorded = (volumeId: string, path: string) =>
    recordedPaths(records.recorded(volumeId)).includes(normalize(path));

  /** Has the volume grow where no controller does; says what the controller made of it where one does. */
  async function sizeAfter(volume: Volume, range: CapacityRange | undefined): Promise<bigint> {
    if (range !== undefined && deps.expansion !== undefined) {
      return deps.expansion.expand(volume, range);
    }
    const size = decideNodeExpansion(volume.id, volume.capacityBytes, range);
    return size.answer === 'OK' ? size.bytes : raise(size);
  }

  /** A copy of the volume sees it with one size, so it is not made larger meanwhile. */
  function growing<Result>(
    volumeId: string,
    signal: AbortSignal,
    work: () => Promise<Result>,
  ): Promise<Result> {
    const locked = () => locks.run(volumeId, signal, work);
    return deps.expansion === undefined ? locked() : holds.alone(volumeId, signal, locked);
  }

  return {
    /**
     * No lock is held: counting the files of a large volume takes long and must not hold up a publish.
     */
    async NodeGetVolumeStats(request, call) {
      const volumeId = identifier(request.volume_id, 'volume_id');
      const path = somePath(request.volume_path, 'volume_path');
      const volume = deps.volume(volumeId) ?? deps.inline.volume(volumeId);
      if (volume === undefined) throw volumeNotFound(volumeId);
      if (!tellsCondition || !isRecorded(volumeId, path)) requireAt(volume, path);
      const volume_condition = tellsCondition
        ? await nodeCondition(deps, volume, normalize(path), call.signal)
        : null;
      // Where a mount has vanished there is nothing to measure, but something to tell.
      if (isRecorded(volumeId, path) && !isAt(volume, path)) return { volume_condition };
      return {
        usage: await volumeUsage(deps, volume, mountPath(volumeId, path)),
        volume_condition,
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
      return growing(volumeId, call.signal, async () => {
        const volume = deps.volume(volumeId);
        if (deps.inline.volume(volumeId) !== undefined) throw inlineNeverGrows(volumeId);
        if (volume === undefined) throw volumeNotFound(volumeId);
        requireSupported(volume, capability);
        const living = records.read(volumeId);
        if (mountPaths(living).length === 0) {
          throw new StatusError(
            'FAILED_PRECONDITION',
            `volume ${volumeId} is neither staged nor published on node ${deps.node.nodeId}`,
          );
        }
        // COs name many a path of a block volume: it is the id that counts.
        if (volume.format !== 'raw') requireAt(volume, path);
        const bytes = await sizeAfter(volume, range);
        await growOnNode(deps, volume, living, call);
        return { capacity_bytes: String(bytes) };
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
