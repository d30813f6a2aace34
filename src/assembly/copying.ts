import { join } from 'node:path';
import { contentCopy } from '../host/copy/content-copy.js';
import { freezer, type Freezer } from '../host/copy/freeze.js';
import { usersOf } from '../host/copy/image-users.js';
import { copies, type Copies } from '../services/controller/copies.js';
import type { Foundation } from './foundation.js';

/** What snapshots and clones are made with. */
export function assembleCopies({ pool, log }: Foundation): Copies {
  const copy = contentCopy(pool.sync, freezerOf(pool.directory));
  return copies({ copy, say: (details, message) => log.info(details, message) });
}

/** Thaws the file systems that a process froze and could not thaw, because it was killed. */
export async function thawLeftovers({ pool, log }: Foundation): Promise<void> {
  const frozen = freezerOf(pool.directory);
  for (const volumeId of frozen.leftovers()) {
    try {
      const content = pool.volumes.content(volumeId);
      const users = content && (await usersOf(content.identity));
      await frozen.thaw(volumeId, users?.places ?? []);
    } catch (error) {
      log.warn({ volume: volumeId, err: error }, 'a file system may be frozen: see fsfreeze(8)');
    }
  }
}

function freezerOf(poolDirectory: string): Freezer {
  return freezer(join(poolDirectory, 'frozen'));
}
