import { constants, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { errorCode } from '../errno.js';
import type { ListedMount } from '../mount-table.js';
import { slowIoctl } from '../syscalls.js';

const FIFREEZE = 0xc0045877;
const FITHAW = 0xc0045878;

/** Nobody's writes wait longer, in ms, whatever becomes of the work. */
const LONGEST_MS = 30_000;

/** A place where a file system is mounted; other mounts may cover it. `device`: what it lies on. */
export type MountPlace = Pick<ListedMount, 'path' | 'device'>;

/**
 * Holds up writes to file systems of volumes while their images are copied. What is frozen is marked,
 * by the volume's id, because it would stay so if this process were killed.
 */
export interface Freezer {
  /**
   * Does the work while nothing is written to the file system that is mounted at these places, but for
   * no longer than half a minute. Without the right to freeze it, and where other mounts cover all of
   * them, it is written to meanwhile.
   */
  whileFrozen<Result>(
    volumeId: string,
    places: readonly MountPlace[],
    work: () => Promise<Result>,
  ): Promise<Result>;
  /** The volumes that were frozen when a process was killed. */
  leftovers(): string[];
  /**
   * Thaws what a process that was killed left; without places: it is mounted nowhere. Rejects, and the
   * volume stays among the leftovers, when it cannot be reached.
   */
  thaw(volumeId: string, places: readonly MountPlace[]): Promise<void>;
}

/** `directory`: where the marks are. */
export function freezer(directory: string): Freezer {
  const mark = (volumeId: string) => join(directory, volumeId);

  return {
    async whileFrozen(volumeId, places, work) {
      await using root = await rootAt(places);
      if (root === undefined) return work();
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

    async thaw(volumeId, places) {
      if (places.length > 0) {
        await using root = await rootAt(places);
        if (root === undefined) throw new Error('other mounts cover the file system');
        await thawAt(root.fd);
      }
      rmSync(mark(volumeId), { force: true });
    },
  };
}

/** A directory of the file system itself, at the first place where no other mount covers it. */
async function rootAt(places: readonly MountPlace[]): Promise<FileHandle | undefined> {
  for (const { path, device } of places) {
    const root = await directoryAt(path);
    if (root === undefined) continue;
    try {
      if ((await root.stat({ bigint: true })).dev === device) return root;
    } catch (error) {
      await root.close();
      throw error;
    }
    await root.close();
  }
  return undefined;
}

/** Undefined for whatever is no directory that opens: by then anything may be mounted there. */
async function directoryAt(path: string): Promise<FileHandle | undefined> {
  try {
    return await open(path, constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW);
  } catch {
    return undefined;
  }
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
