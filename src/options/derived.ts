import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';
import type { Environment } from './environment.js';
import { SOCKET_PATH_BYTES } from '../csi/endpoint.js';
import { OptionError } from './option-error.js';

/**
 * The state directory of a user's programs (XDG Base Directory Specification), and ours in it. Throws
 * an OptionError where there is no user to ask for: a container may run as any uid.
 */
export function defaultStateDir(env: Environment): string {
  const { XDG_STATE_HOME: stateHome = '', HOME: home = '' } = env;
  if (isAbsolute(stateHome)) return join(stateHome, 'csi-mock');
  return join(home || homeOfUser(), '.local/state/csi-mock');
}

function homeOfUser(): string {
  try {
    return homedir();
  } catch {
    throw new OptionError('state-dir', 'a directory, as this user has no home', undefined);
  }
}

/** A topology key of the driver's own. Its prefix may have 63 characters, and so may the name. */
export function defaultTopologyKey(driverName: string): string {
  const name = driverName.toLowerCase();
  return `${name.length > 54 ? name : `topology.${name}`}/node`;
}

/** The admin socket in a state directory; empty where its path would be too long for a socket. */
export function defaultAdminSocket(stateDir: string): string {
  const path = join(stateDir, 'admin.sock');
  return Buffer.byteLength(path) > SOCKET_PATH_BYTES ? '' : path;
}
