/** Volumes that calls were about, in memory that does not grow with the calls. */
export interface VolumeSet {
  /** `names` are the volume's id and name, as far as they are known. */
  add(volumeId: string | undefined, names: readonly string[]): void;
  has(volumeId: string): boolean;
}

/** How many volumes that are not there yet are awaited; callers may name any. */
const MOST_AWAITED = 1000;
/** In characters: no volume is called by more. */
const LONGEST_NAME = 256;
/** From how many on it looks for volumes that are gone. */
const MANY = 1000;

/** `volumeName` knows the volumes that are there by their ids. */
export function volumeSet(volumeName: (volumeId: string) => string | undefined): VolumeSet {
  const ids = new Set<string>();
  const awaited = new Set<string>();
  let many = MANY;

  function keep(id: string): void {
    ids.add(id);
    if (ids.size <= many) return;
    for (const each of ids) if (volumeName(each) === undefined) ids.delete(each);
    many = Math.max(MANY, 2 * ids.size);
  }

  function expect(name: string): void {
    if (name.length > LONGEST_NAME) return;
    awaited.add(name);
    const [oldest] = awaited;
    if (awaited.size > MOST_AWAITED && oldest !== undefined) awaited.delete(oldest);
  }

  return {
    add(volumeId, names) {
      if (volumeId !== undefined && volumeName(volumeId) !== undefined) keep(volumeId);
      else for (const name of names) expect(name);
    },
    has(volumeId) {
      if (ids.has(volumeId)) return true;
      if (awaited.size === 0) return false;
      const name = volumeName(volumeId);
      if (!awaited.has(volumeId) && !(name !== undefined && awaited.has(name))) return false;
      // It has come: others that are awaited do not make it forgotten.
      if (name !== undefined) keep(volumeId);
      return true;
    },
  };
}
