import { canMount } from './host/mount-right.js';
import { enterOwnNamespace, inOwnNamespace } from './host/own-namespace.js';
import { makeStateDirectory, StateDirectoryError } from './state-directory.js';

/** This process may not mount, so no volume could be published. The message says what to do. */
export class MountRightError extends Error {
  override readonly name = 'MountRightError';

  constructor(reason: string) {
    const remedy = inKubernetes()
      ? 'Give the container securityContext.privileged: true and its volumes mountPropagation: Bidirectional'
      : 'Run it as root, in a privileged container, or as "unshare --user --map-root-user --mount COMMAND"';
    super(`this process may not mount: ${reason}. ${remedy}`);
  }
}

/**
 * Throws a MountRightError unless this process may make bind mounts, which is tried in `directory`, and a
 * StateDirectoryError when it cannot be tried.
 */
export function requireRightToMount(directory: string): void {
  const reason = tryToMount(directory);
  if (reason !== undefined) throw new MountRightError(reason);
}

/**
 * For commands: makes the state directory and obtains the right to mount there, if need be by running
 * the command again in a mount namespace of its own. Returns, perhaps in the new namespace, with what
 * to tell the user; throws a StateDirectoryError, or a MountRightError when there is no way.
 */
export function obtainRightToMount(directory: string): string | undefined {
  makeStateDirectory(directory);
  const reason = tryToMount(directory);
  if (reason === undefined) return inOwnNamespace() ? OWN_NAMESPACE : undefined;
  const hindrance = enterOwnNamespace({ argv: process.argv, env: process.env });
  throw new MountRightError(`${reason}; nor in a namespace of its own: ${hindrance}`);
}

function tryToMount(directory: string): string | undefined {
  try {
    return canMount(directory);
  } catch (cause) {
    throw new StateDirectoryError(`the state directory ${directory} cannot be used`, { cause });
  }
}

/** What a mount namespace of its own means. */
const OWN_NAMESPACE =
  'this user may not mount, so the driver runs in a mount namespace of its own: only this process ' +
  'sees its mounts, and they end with it and are made again when it starts; there are no block ' +
  'volumes and no files of other owners';

function inKubernetes(): boolean {
  return process.env['KUBERNETES_SERVICE_HOST'] !== undefined;
}
