import { open } from 'node:fs/promises';
import type { Sync } from '../../record/sync.js';
import { contentPath, type Content } from '../content.js';
import { errorCode } from '../errno.js';
import { syncfs } from '../syscalls.js';
import { NoRoomError } from './copy-error.js';
import type { CopiedVolume } from './copied-volume.js';
import type { CopyRun } from './copy-run.js';
import type { Freezer } from './freeze.js';
import { copyImage } from './image-copy.js';
import { copyTree } from './tree-copy.js';

export interface CopyRequest {
  readonly source: Content;
  /** The size of the copy, where it is an image; never smaller than the source. */
  readonly bytes: bigint;
  /** The volume whose content it is; undefined for a snapshot's, which nobody uses. */
  readonly volume: CopiedVolume | undefined;
}

/**
 * Copies the content of a volume or snapshot into a directory, durably. Throws a CopyError, and a
 * NoRoomError or a system error where the disk is full.
 */
export type ContentCopy = (request: CopyRequest, root: string, run: CopyRun) => Promise<void>;

export function contentCopy(sync: Sync, freezer: Freezer): ContentCopy {
  return async ({ source, bytes, volume }, root, run) => {
    const target = contentPath(root, source.kind);
    if (source.kind === 'directory') {
      await copyTree(source, target, () => volume !== undefined && volume.nodes() > 0, run);
    } else {
      await copyImage({ source, target, bytes, volume, freezer }, run);
    }
    if (sync === 'always') await flush(target, source.kind);
  };
}

async function flush(target: string, kind: Content['kind']): Promise<void> {
  await using copy = await open(target, 'r');
  if (kind === 'image') return copy.sync();
  try {
    // One call for a tree of files: to flush each by itself would take many times as long.
    await syncfs(copy.fd);
  } catch (error) {
    const code = errorCode(error);
    if (code === 'ENOSPC' || code === 'EDQUOT')
      throw new NoRoomError(code, 'the copy was not kept');
    throw error;
  }
}
