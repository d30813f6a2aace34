import { lstatSync, mkdtempSync, readdirSync, rmdirSync } from 'node:fs';
import { join } from 'node:path';
import { bindMounter } from './bind-mounter.js';

/** What the names of the directories begin with in which it is tried. */
const PROBE = 'mount-probe-';

/**
 * Why this process cannot make bind mounts, in words; undefined when it can. It tries, inside
 * `directory`, which must exist, and leaves nothing: the uid does not tell, because containers and
 * security modules restrict root, and a user namespace gives the right to everyone.
 */
export function canMount(directory: string): string | undefined {
  try {
    const probe = mkdtempSync(join(directory, PROBE));
    try {
      bindOnce(probe);
    } finally {
      rmdirSync(probe);
    }
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** Removes what a try left in `directory` when its process was killed. Nobody may be trying there now. */
export function clearProbes(directory: string): void {
  for (const name of readdirSync(directory).filter((each) => each.startsWith(PROBE))) {
    const probe = join(directory, name);
    const mounter = bindMounter({ workDirectory: probe });
    while (mounter.unbind(join(probe, 'target'))) {
      // Mounts go one by one.
    }
    // Takes over the target that was left and ends as every try does: with nothing there.
    bindOnce(probe);
    rmdirSync(probe);
  }
}

function bindOnce(directory: string): void {
  const mounter = bindMounter({ workDirectory: directory });
  const target = join(directory, 'target');
  const { dev, ino } = lstatSync(directory, { bigint: true });
  const identity = { device: dev, inode: ino };
  // Read-only, so that the right to set attributes is tried as well.
  const attributes = ['ro'] as const;
  mounter.bind({ source: directory, identity, target, createTarget: true, attributes });
  mounter.unbind(target, identity);
  mounter.removeTarget(target);
}
