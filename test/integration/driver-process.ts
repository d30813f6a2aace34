import { spawn, type SpawnOptions } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { connect, type Client } from '../../src/csi/client.js';
import { NOBODY } from '../host/nobody.js';
import { PATIENCE_MS } from '../patience.js';
import { eventually } from './eventually.js';

const COMMAND = fileURLToPath(new URL('../../src/cli.cjs', import.meta.url));

/** The command's path and its arguments for node-1. */
export function driverCommand(stateDir: string, ...args: readonly string[]): readonly string[] {
  return [process.execPath, COMMAND, `--state-dir=${stateDir}`, '--node-id=node-1', ...args];
}

/** How a user without rights runs a program. */
export const AS_NOBODY: SpawnOptions = {
  uid: NOBODY,
  gid: NOBODY,
  cwd: '/',
  stdio: 'ignore',
  env: { PATH: process.env['PATH'] },
};

/** A driver that serves in a process of its own. */
export interface DriverProcess {
  readonly pid: number;
  readonly client: Client;
  /** Ends it; resolves when it is gone. */
  stop(signal: NodeJS.Signals): Promise<void>;
}

/** Runs a program that is, or becomes, a driver with this state directory; resolves once that is ready. */
export async function startDriverProcess(
  stateDir: string,
  [program = '', ...args]: readonly string[] = driverCommand(stateDir),
  options: SpawnOptions = { stdio: 'ignore' },
): Promise<DriverProcess> {
  const child = spawn(program, args, options);
  const ended = once(child, 'exit');
  const client = connect(`unix://${join(stateDir, 'csi.sock')}`);
  const stop = async (signal: NodeJS.Signals) => {
    client.close();
    child.kill(signal);
    await ended;
  };
  try {
    await client.waitForReady(PATIENCE_MS);
    await eventually(async () => {
      expect((await client.identity.Probe({})).ready).to.deep.equal({ value: true });
    });
  } catch (error) {
    await stop('SIGKILL');
    throw error;
  }
  return { pid: child.pid ?? 0, client, stop };
}
