import { StatusError } from '../csi/status.js';
import { growImage, imageBytes } from '../host/image.js';
import type { Pool } from '../host/pool.js';
import type { VolumeCapability } from '../model/capability.js';
import { decideExpansion, sizesOf, type CapacityRange, type SizeRules } from '../model/capacity.js';
import { unsupported, type Volume } from '../model/volume.js';
import type { Store } from '../store/store.js';
import { dataGone, raise } from './outcome.js';
import type { PromisedCapacity } from './promised-capacity.js';

/** Makes volumes larger. The volume's lock is held. */
export interface Expansion {
  /** The size in bytes that `expand` would give; OUT_OF_RANGE when the range cannot be met. */
  sizeAfter(volume: Volume, range: CapacityRange): bigint;
  /** The size in bytes after it; OUT_OF_RANGE or RESOURCE_EXHAUSTED when the range cannot be met. */
  expand(volume: Volume, range: CapacityRange): Promise<bigint>;
}

export function expansion(deps: {
  readonly store: Store;
  readonly pool: Pool;
  readonly capacity: PromisedCapacity;
  readonly sizes: SizeRules;
}): Expansion {
  const { store, pool, capacity, sizes } = deps;

  /**
   * The image's size is never taken back, also when nothing comes of the expansion after all: who staged
   * the volume meanwhile, on whatever node, has grown the file system and may have written to it. Until
   * the volume is expanded again it has more than was promised.
   */
  async function growContent(volumeId: string, bytes: bigint): Promise<void> {
    const content = pool.volumes.content(volumeId);
    if (content === undefined) throw dataGone(volumeId);
    if (content.kind === 'image') await growImage(content.path, bytes, pool.sync);
  }

  function sizeAfter({ id, capacityBytes, format }: Volume, range: CapacityRange): bigint {
    const content = pool.volumes.content(id);
    const image = content?.kind === 'image' ? imageBytes(content.path) : 0n;
    const own = { capacityBytes, imageBytes: image };
    const size = decideExpansion(id, own, range, sizesOf(format, sizes));
    return size.answer === 'OK' ? size.bytes : raise(size);
  }

  return {
    sizeAfter,
    async expand(volume, range) {
      const bytes = sizeAfter(volume, range);
      if (bytes === volume.capacityBytes) return bytes;
      const larger = { ...volume, capacityBytes: bytes };
      const release = capacity.reserve(volume.kind, bytes - volume.capacityBytes);
      try {
        // The image before anything says so, as it may not fit on the disk.
        await growContent(volume.id, bytes);
        // The descriptor first: after a crash in between, the retry writes both again.
        await pool.volumes.describe(larger);
        const recorded = store.putVolume(larger);
        // The store counts the new size from here on.
        release();
        await recorded;
      } finally {
        release();
      }
      return bytes;
    },
  };
}

/** INVALID_ARGUMENT when an expand call says that the volume is used as it does not support. */
export function requireSupported(volume: Volume, asked: VolumeCapability | undefined): void {
  const limit = asked && unsupported(volume, asked);
  if (limit !== undefined) throw new StatusError('INVALID_ARGUMENT', limit);
}
