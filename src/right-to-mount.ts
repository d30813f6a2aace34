import { mkdirSync } from 'node:fs';
import { canMount } from './host/mount-right.js';
import { enterOwnNamespace, inOwnNamespace } from './host/own-namespace.js';

/** This process may not mount, so no volume could be published. The message has the line to run. */
export class MountRightError extends Error {
  override readonly name = 'MountRightError';
}

/** Throws a MountRightError unless this process may make bind mounts, which is tried in `directory`. */
export function requireRightToMount(directory: string): void {
  const reason = canMount(directory);
  if (reason === undefined) return;
  throw new MountRightError(
    `this process may not mount: ${reason}. Run it as root, in a privileged container, or with ` +
      '"unshare --user --map-root-user --mount" before the command',
  );
}

/**
 * For commands: obtains the right to mount by running the command again in a mount namespace of its
 * own, if need be. Returns, perhaps in the new namespace, with what to tell the user; throws a
 * MountRightError when there is no way.
 */
export function obtainRightToMount(directory: string): string | undefined {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  if (inOwnNamespace()) {
    requireRightToMount(directory);
    return (
      'without the right to mount, the driver runs in a mount namespace of its own: only this process ' +
      'sees its mounts, they end with it and are made again at the next start; there are no block ' +
      'volumes and no files of other owners'
    );
  }
  const reason = canMount(directory);
  if (reason === undefined) return undefined;
  const hindrance = enterOwnNamespace({ argv: process.argv, env: process.env });
  throw new MountRightError(
    `this process may not mount: ${reason}; nor can it have a mount namespace of its own: ` +
      `${hindrance}. Run it as root, in a privileged container, or with ` +
      '"unshare --user --map-root-user --mount" before the command',
  );
}
