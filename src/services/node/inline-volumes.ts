import type { Call } from '../../csi/handler.js';
import { StatusError } from '../../csi/status.js';
import type { InlineData } from '../../host/inline-data.js';
import { emptyContent } from '../../host/new-content.js';
import type { SizeRules } from '../../model/capacity.js';
import { decideInlineVolume } from '../../model/inline-volume.js';
import type { PublishRequest } from '../../model/publish.js';
import type { Volume } from '../../model/volume.js';
import { recordedPaths, type NodeRecords } from './records.js';
import { raise } from '../outcome.js';

/**
 * The inline volumes of a node: each is made by its first NodePublishVolume and removed with its last
 * publication. Callers hold the lock of the id.
 */
export interface InlineVolumes {
  volume(volumeId: string): Volume | undefined;
  /** Whether there is, or was, an inline volume with this id. */
  knows(volumeId: string): boolean;
  /**
   * The volume that a request is for: the one that is there, or as it is to be made. INVALID_ARGUMENT for
   * one that cannot be made, or whose id is that of a volume of the controller.
   */
  requested(request: PublishRequest): Volume;
  /** Makes the volume unless it is there, then runs `publish`; takes it away again when that throws. */
  makeThen(volume: Volume, publish: () => Promise<void>, call: Call): Promise<void>;
  /** Removes the inline volume with this id, if there is one that is published nowhere any more. */
  removeUnused(volumeId: string, call: Pick<Call, 'warn'>): Promise<void>;
}

export function inlineVolumes(deps: {
  /** Whether new ones are made. */
  readonly enabled: boolean;
  readonly data: InlineData;
  readonly sizes: SizeRules;
  readonly records: NodeRecords;
  /** A volume of the controller. */
  controllerVolume(volumeId: string): Volume | undefined;
}): InlineVolumes {
  const { data, records } = deps;

  function isOfController(volumeId: string): boolean {
    // One that was deleted meanwhile may still be mounted.
    return (
      deps.controllerVolume(volumeId) !== undefined ||
      (data.volume(volumeId) === undefined && recordedPaths(records.read(volumeId)).length > 0)
    );
  }

  const volumes: InlineVolumes = {
    volume: (volumeId) => data.volume(volumeId),
    knows: (volumeId) => data.volume(volumeId) !== undefined || data.isPast(volumeId),

    requested({ volumeId, arguments: { capability, volumeContext } }) {
      if (!deps.enabled) {
        throw new StatusError(
          'INVALID_ARGUMENT',
          'volume_context asks for an inline volume, and they are switched off here (inline-volumes)',
        );
      }
      if (isOfController(volumeId)) {
        throw new StatusError(
          'INVALID_ARGUMENT',
          `volume_context asks for an inline volume, but ${volumeId} is a volume of the controller`,
        );
      }
      const verdict = decideInlineVolume(
        { volumeId, capability, attributes: volumeContext },
        deps.sizes,
      );
      if (verdict.answer !== 'OK') return raise(verdict);
      return data.volume(volumeId) ?? verdict.volume;
    },

    async makeThen(volume, publish, call) {
      if (data.volume(volume.id) === undefined) {
        await data.make(volume, emptyContent(volume.format, volume.capacityBytes));
      }
      try {
        await publish();
      } catch (error) {
        await volumes.removeUnused(volume.id, call);
        throw error;
      }
    },

    async removeUnused(volumeId, call) {
      if (data.volume(volumeId) === undefined) return;
      if (records.read(volumeId).publications.length > 0) return;
      try {
        await data.remove(volumeId);
      } catch (error) {
        // Out of sight or not, it is published nowhere, and the next start sweeps it.
        call.warn('an inline volume could not be removed; it will be at the next start', {
          err: error,
        });
      }
    },
  };
  return volumes;
}
