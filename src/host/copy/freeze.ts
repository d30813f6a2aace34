import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { errorCode } from '../errno.js';
import { slowIoctl } from '../syscalls.js';

const FIFREEZE = 0xc0045877;
const FITHAW = 0xc0045878;

/** Nobody's writes wait longer, in ms, whatever becomes of the work. */
const LONGEST_MS = 30_000;

/**
 * Holds up writes to file systems of volumes while their images are copied. What is frozen is marked,
 * by the volume's id, because it would stay so if this process were killed.
 */
export interface Freezer {
  /**
   * Does the work while nothing is written to the file system that is mounted at a path, but for no
   * longer than half a minute. Without the right to freeze it, it is written to meanwhile; undefined:
   * it is mounted nowhere.
   */
  whileFrozen<Result>(
    volumeId: string,
    mountPoint: string | undefined,
    work: () => Promise<Result>,
  ): Promise<Result>;
  /** The volumes that were frozen when a process was killed. */
  leftovers(): string[];
  /** Thaws what a process that was killed left; undefined: it is mounted nowhere. */
  thaw(volumeId: string, mountPoint: string | undefined): Promise<void>;
}

/** `directory`: where the marks are. */
export function freezer(directory: string): Freezer {
  const mark = (volumeId: string) => join(directory, volumeId);

  return {
    async whileFrozen(volumeId, mountPoint, work) {
      if (mountPoint === undefined) return work();
      await using root = await open(mountPoint, 'r');
      mkdirSync(directory, { recursive: true, mode: 0o700 });
      writeFileSync(mark(volumeId), '');
      try {
        // Frozen by somebody else: it stays so.
        if (!(await attempt(() => slowIoctl(root.fd, 'FIFREEZE', FIFREEZE, 0)))) {
          return await work();
        }
        let thawed: Promise<void> | undefined;
        const thaw = () => (thawed ??= thawAt(root.fd));
        const limit = setTimeout(() => void thaw().catch(() => undefined), LONGEST_MS);
        try {
          return await work();
        } finally {
          clearTimeout(limit);
          await thaw();
        }
      } finally {
        rmSync(mark(volumeId), { force: true });
      }
    },

    leftovers() {
      try {
        return readdirSync(directory);
      } catch (error) {
        if (errorCode(error) === 'ENOENT') return [];
        throw error;
      }
    },

    async thaw(volumeId, mountPoint) {
      if (mountPoint !== undefined) {
        await using root = await open(mountPoint, 'r');
        await thawAt(root.fd);
      }
      rmSync(mark(volumeId), { force: true });
    },
  };
}

async function thawAt(descriptor: number): Promise<void> {
  try {
    await slowIoctl(descriptor, 'FITHAW', FITHAW, 0);
  } catch (error) {
    // It is not frozen: nothing to do.
    if (errorCode(error) !== 'EINVAL') throw error;
  }
}

async function attempt(act: () => Promise<void>): Promise<boolean> {
  try {
    await act();
    return true;
  } catch {
    return false;
  }
}
