import { property } from '../csi/message-type.js';

/** What the volumes of calls are called, also after they are gone: an id is never given twice. */
export interface VolumeNames {
  /** The name of the volume that a request has the id of; undefined where it is not known. */
  of(request: object | undefined): string | undefined;
}

/** Volumes are anybody's, so that no more of them than this are remembered. */
const MOST_KNOWN = 1000;

/** `volumeName` knows the volumes that are there by their ids. */
export function volumeNames(volumeName: (volumeId: string) => string | undefined): VolumeNames {
  const known = new Map<string, string>();

  function lookUp(id: string): string | undefined {
    const name = volumeName(id);
    if (name === undefined) return undefined;
    const [oldest] = known.keys();
    if (known.size >= MOST_KNOWN && oldest !== undefined) known.delete(oldest);
    known.set(id, name);
    return name;
  }

  return {
    of(request) {
      const id = property(request, 'volume_id') ?? property(request, 'source_volume_id');
      return typeof id === 'string' && id !== '' ? (known.get(id) ?? lookUp(id)) : undefined;
    },
  };
}
