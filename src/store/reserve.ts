import { rmSync, statSync, writeFileSync } from 'node:fs';

/**
 * Room on the disk that is kept for what makes room: removing a volume needs a few bytes for its record,
 * and when workloads have filled the disk that is shared with them there are none.
 */
export interface Reserve {
  /** Takes the room, unless it is there; does nothing while the disk has none. */
  keep(): void;
  /** Gives the room back to the disk; false when there was none to give. */
  release(): boolean;
}

/** In bytes: a start on a full disk writes some, and each removal a few. */
const SIZE = 256 * 1024;
/** In ms: how often a disk that was full is tried again. */
const TRY_EVERY = 10_000;

/** Keeps the room in a file at `path`, whose directory must exist. */
export function reserve(path: string): Reserve {
  let isKept = (statSync(path, { throwIfNoEntry: false })?.size ?? 0) === SIZE;
  let triedAt = -Infinity;
  return {
    keep() {
      if (isKept || performance.now() - triedAt < TRY_EVERY) return;
      triedAt = performance.now();
      try {
        writeFileSync(path, Buffer.alloc(SIZE), { mode: 0o600 });
        isKept = true;
      } catch {
        // A part of it would take what others need, and be of no use.
        rmSync(path, { force: true });
      }
    },
    release() {
      if (!isKept) return false;
      rmSync(path, { force: true });
      isKept = false;
      triedAt = performance.now();
      return true;
    },
  };
}
