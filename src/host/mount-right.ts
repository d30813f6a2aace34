import { lstatSync, mkdirSync, mkdtempSync, readdirSync, rmdirSync } from 'node:fs';
import { join } from 'node:path';
import { bindMounter } from './bind-mounter.js';

/** What the names of the directories begin with in which it is tried. */
const PROBE = 'mount-probe-';
const TARGET = 'target';

/**
 * Why this process cannot make bind mounts, in words; undefined when it can. It tries, inside
 * `directory`, and leaves nothing: the uid does not tell, because containers and security modules
 * restrict root, and a user namespace gives the right to everyone. Throws the system's error when it
 * cannot try, as on a full disk: that says nothing about the right.
 */
export function canMount(directory: string): string | undefined {
  const probe = mkdtempSync(join(directory, PROBE));
  let reason: string | undefined;
  try {
    mkdirSync(join(probe, TARGET));
    reason = bindOnce(probe);
  } finally {
    removeProbe(probe);
  }
  return reason;
}

/** Removes what a try left in `directory` when its process was killed. Nobody may be trying there now. */
export function clearProbes(directory: string): void {
  for (const name of readdirSync(directory).filter((each) => each.startsWith(PROBE))) {
    const probe = join(directory, name);
    const mounter = bindMounter({ workDirectory: probe });
    while (mounter.unbind(join(probe, TARGET))) {
      // Mounts go one by one.
    }
    mounter.removeTarget(join(probe, TARGET));
    rmdirSync(probe);
  }
}

/** Why it cannot be done; undefined when it was. */
function bindOnce(probe: string): string | undefined {
  const target = join(probe, TARGET);
  const { dev, ino } = lstatSync(probe, { bigint: true });
  const identity = { device: dev, inode: ino };
  // Read-only, so that the right to set attributes is tried as well.
  const attributes = ['ro'] as const;
  try {
    const mounter = bindMounter({ workDirectory: probe });
    mounter.bind({ source: probe, identity, target, createTarget: false, attributes });
    mounter.unbind(target, identity);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** What stays, as a mount that is busy, is cleared at the next start; why it was tried matters more. */
function removeProbe(probe: string): void {
  try {
    // Of a directory with a mount on it the kernel says that it is busy.
    rmdirSync(join(probe, TARGET));
    rmdirSync(probe);
  } catch {
    // clearProbes takes it away.
  }
}
