import { spawnSync, type SpawnSyncReturns } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** The id of the user and group without any rights. */
export const NOBODY = 65534;

/** Before a command: runs it where it is root, in a user and a mount namespace of its own. */
export const IN_NAMESPACE = ['unshare', '--user', '--map-root-user', '--mount', '--'];

/** Runs a command as a user without rights. */
export function asNobody(
  command: readonly string[],
  options: { readonly env?: NodeJS.ProcessEnv; readonly cwd?: string } = {},
): SpawnSyncReturns<string> {
  const user = [`--reuid=${NOBODY}`, `--regid=${NOBODY}`, '--clear-groups'];
  return spawnSync('setpriv', [...user, '--', ...command], { ...options, encoding: 'utf8' });
}

/** The command that runs one of the programs that lie beside this file, with flags for Node.js. */
export function program(
  name: string,
  args: readonly string[],
  flags: readonly string[] = [],
): string[] {
  const path = fileURLToPath(new URL(`./${name}.js`, import.meta.url));
  return [process.execPath, ...flags, path, ...args];
}
