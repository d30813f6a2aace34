import type { Content } from './content.js';
import type { Pool } from './pool.js';

/** The data of volumes, for those who mount it. */
export interface VolumeData {
  /** Where it is, with the directory `volumes` in it; nothing else is mounted or removed there. */
  readonly directory: string;
  /** What workloads see of a volume; undefined when it is gone or not kept here. */
  content(volumeId: string): Content | undefined;
  /** Whether the root of a mount, as the kernel lists it, is the volume's content or was, until deleted. */
  isContentOf(volumeId: string, mount: { readonly device: bigint; readonly root: string }): boolean;
}

/** The data of the volumes of a pool. */
export function poolData(
  pool: Pick<Pool, 'directory' | 'device' | 'volumes' | 'volumeAt'>,
): VolumeData {
  return {
    directory: pool.directory,
    content: (volumeId) => pool.volumes.content(volumeId),
    isContentOf: (volumeId, { device, root }) =>
      device === pool.device && pool.volumeAt(root) === volumeId,
  };
}
