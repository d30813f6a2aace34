import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';
import type { Environment } from './environment.js';

/** The state directory of a user's programs (XDG Base Directory Specification), and ours in it. */
export function defaultStateDir(env: Environment): string {
  const { XDG_STATE_HOME: chosen = '', HOME: home = '' } = env;
  return join(isAbsolute(chosen) ? chosen : join(home || homedir(), '.local/state'), 'csi-mock');
}

/** A topology key of the driver's own. Its prefix may have 63 characters, and so may the name. */
export function defaultTopologyKey(driverName: string): string {
  const name = driverName.toLowerCase();
  return `${name.length > 54 ? name : `topology.${name}`}/node`;
}
