import { existsSync, mkdirSync, readdirSync, rmSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isVolumeId } from '../model/volume.js';
import { errorCode } from './errno.js';

/**
 * Which nodes have a volume staged or published, as empty files `uses/<volume-id>/<node-id>` in a
 * shared pool: they tell a controller without attachments not to delete a volume under a live mount.
 */
export interface UseMarks {
  set(volumeId: string, nodeId: string): void;
  clear(volumeId: string, nodeId: string): void;
  nodesOf(volumeId: string): string[];
  /** The volumes that a node has marked. Slow: looks at every volume that is in use. */
  volumesOf(nodeId: string): string[];
}

/** Another node that clears its mark may remove the directory before ours is in it, but hardly so often. */
const TRIES = 100;

export function useMarks(poolDirectory: string): UseMarks {
  const directory = (volumeId: string) => join(poolDirectory, 'uses', volumeId);
  return {
    set(volumeId, nodeId) {
      for (let left = TRIES; ; left -= 1) {
        try {
          // To be read by a controller of another user than the nodes'.
          mkdirSync(directory(volumeId), { recursive: true, mode: 0o755 });
          return writeFileSync(join(directory(volumeId), nodeId), '');
        } catch (error) {
          if (errorCode(error) !== 'ENOENT' || left === 0) throw error;
        }
      }
    },
    clear(volumeId, nodeId) {
      rmSync(join(directory(volumeId), nodeId), { force: true });
      unless(['ENOENT', 'ENOTEMPTY'], () => rmdirSync(directory(volumeId)));
    },
    nodesOf(volumeId) {
      if (!isVolumeId(volumeId)) return [];
      return unless(['ENOENT'], () => readdirSync(directory(volumeId))) ?? [];
    },
    volumesOf(nodeId) {
      const inUse = unless(['ENOENT'], () => readdirSync(join(poolDirectory, 'uses'))) ?? [];
      return inUse.filter((volumeId) => existsSync(join(directory(volumeId), nodeId)));
    },
  };
}

/** The result, or undefined after a system error that is expected. */
function unless<Result>(expected: readonly string[], act: () => Result): Result | undefined {
  try {
    return act();
  } catch (error) {
    if (expected.includes(errorCode(error) ?? '')) return undefined;
    throw error;
  }
}
