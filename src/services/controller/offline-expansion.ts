import { StatusError } from '../../csi/status.js';
import { enumerate } from '../../model/enumeration.js';
import type { Store } from '../../store/store.js';
import type { Expansion } from '../expansion.js';
import { describeUse, type VolumeUses } from './volume-uses.js';

/**
 * Expansion of a plugin that advertises VolumeExpansion OFFLINE: a volume grows only while no node has it.
 * Nothing is refused that would not grow: a CO that repeats a call may have published the volume since.
 */
export function offlineExpansion(
  inner: Expansion,
  { store, uses }: { readonly store: Pick<Store, 'attachments'>; readonly uses: VolumeUses },
): Expansion {
  /** FAILED_PRECONDITION (spec: "ControllerExpandVolume Errors", "Volume in use"). */
  function requireUnused(volumeId: string): void {
    const attached = store.attachments(volumeId).map(({ nodeId }) => nodeId);
    const used = uses.of(volumeId).map(describeUse);
    if (attached.length === 0 && used.length === 0) return;
    const where =
      used.length > 0
        ? `in use on ${used.join('; ')}`
        : `controller-published at ${enumerate(attached)}`;
    throw new StatusError(
      'FAILED_PRECONDITION',
      `volume ${volumeId} is ${where}, and this plugin expands volumes offline only: stop its ` +
        'workloads and try again',
    );
  }

  return {
    sizeAfter: inner.sizeAfter,
    async expand(volume, range) {
      if (inner.sizeAfter(volume, range) > volume.capacityBytes) requireUnused(volume.id);
      return inner.expand(volume, range);
    },
  };
}
