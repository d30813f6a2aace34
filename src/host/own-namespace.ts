import { spawnSync } from 'node:child_process';
import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { errorCode } from './errno.js';
import { requireLinux } from './linux.js';
import { clearCloseOnExec, execve } from './syscalls.js';

/** Set in the environment of a command that runs in a namespace of its own, so that it never loops. */
const GUARD = '_CSIMOCK_OWN_NAMESPACE';

/** A user namespace, where this user is root, and a mount namespace that belongs to it. */
const NAMESPACES = ['--user', '--map-root-user', '--mount'];

export interface Command {
  /** As `process.argv`. */
  readonly argv: readonly string[];
  /** As `process.env`. */
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** Whether this command runs in a namespace of its own: its mounts end with it. */
export function inOwnNamespace(env: Command['env'] = process.env): boolean {
  return env[GUARD] !== undefined;
}

/**
 * Runs this command again, from its start, in namespaces where it may mount; for users without the
 * right to. The process stays the same (pid, working directory, stdio, flags of Node.js), only
 * nobody outside of it sees its mounts.
 *
 * Returns only when that is impossible: the reason, in words. Call it before anything is open that
 * wants closing properly: the process is replaced.
 */
export function enterOwnNamespace({ argv, env }: Command): string {
  requireLinux();
  if (inOwnNamespace(env)) return 'this is a mount namespace of its own already';
  if (env['KUBERNETES_SERVICE_HOST'] !== undefined) {
    return 'in Kubernetes, pods would not see mounts of a namespace of its own';
  }
  if (process.geteuid?.() === 0) {
    return 'root without the right to mount is in a container that must be given it (privileged)';
  }
  const unshare = findProgram('unshare', env['PATH']);
  if (unshare === undefined) return 'the program unshare (of util-linux) is not in PATH';
  const forbidden = trial(unshare);
  if (forbidden !== undefined) return `user namespaces are not available: ${forbidden}`;

  const program = [process.execPath, ...process.execArgv, ...argv.slice(1)];
  try {
    return replaceProcess(unshare, [...NAMESPACES, '--', ...program], { ...env, [GUARD]: '1' });
  } catch (error) {
    return `${unshare} cannot be run: ${String(error)}`;
  }
}

/** Of newer versions of Node.js; it takes care of what `keepOpen` does. */
type Execve = (file: string, argv: readonly string[], env: Record<string, string>) => never;

/** Becomes another program; returns only by throwing. */
function replaceProcess(file: string, options: readonly string[], env: Command['env']): never {
  const argv = [file, ...options];
  const entries = Object.entries(env).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, value] as const],
  );
  const node: NodeJS.Process & { readonly execve?: Execve } = process;
  if (node.execve !== undefined) return node.execve(file, argv, Object.fromEntries(entries));
  for (const stdio of [0, 1, 2]) keepOpen(stdio);
  return execve(
    file,
    argv,
    entries.map(([name, value]) => `${name}=${value}`),
  );
}

/** Node.js has a terminal's descriptors closed when the program changes, as it has all others. */
function keepOpen(descriptor: number): void {
  try {
    clearCloseOnExec(descriptor);
  } catch (error) {
    if (errorCode(error) !== 'EBADF') throw error;
  }
}

/** Why unshare fails on this system; by a process of its own, since afterwards there is no way back. */
function trial(unshare: string): string | undefined {
  // Has unshare run itself inside: the one program that is known to be there.
  const { status, stderr, error } = spawnSync(
    unshare,
    [...NAMESPACES, '--', unshare, '--version'],
    {
      stdio: ['ignore', 'ignore', 'pipe'],
      encoding: 'utf8',
      timeout: 30_000,
    },
  );
  if (status === 0) return undefined;
  return error?.message ?? (stderr.trim() || `unshare ended with ${status}`);
}

function findProgram(name: string, path = ''): string | undefined {
  return path
    .split(delimiter)
    .filter((directory) => directory !== '')
    .map((directory) => join(directory, name))
    .find(isProgram);
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
