import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { connect as dial } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { connect } from '../src/csi/client.js';

const CLI = fileURLToPath(new URL('../src/cli.cjs', import.meta.url));

/** How long a start may take before it counts as failed. */
const START_MS = 60_000;

/** A driver of ours in a process of its own, as it comes but for where its state is. */
export interface OwnDriver {
  readonly pid: number;
  readonly endpoint: string;
  /** From the start of the process until it answered its first call, in ms. */
  readonly answeredMs: number;
  /** Until it was ready to serve every call. */
  readonly readyMs: number;
  /** Ends it as a supervisor would. */
  stop(): Promise<void>;
}

/** Starts a driver on the state in a directory, which is made, and waits until it serves. */
export async function startDriver(
  stateDir: string,
  options: readonly string[] = [],
): Promise<OwnDriver> {
  const begun = performance.now();
  const child = spawn(process.execPath, [CLI, `--state-dir=${stateDir}`, ...options], {
    stdio: 'ignore',
    // In a group of its own: Ctrl-C is for the benchmark, which still needs it to clean up.
    detached: true,
  });
  const socket = join(stateDir, 'csi.sock');
  const endpoint = `unix://${socket}`;
  try {
    while (!(await isListening(socket))) await pause(child, begun);
    const { identity, close } = connect(endpoint);
    let { ready } = await identity.Probe({});
    const answeredMs = performance.now() - begun;
    while (ready?.value === false) {
      await pause(child, begun);
      ({ ready } = await identity.Probe({}));
    }
    const readyMs = performance.now() - begun;
    close();
    const pid = child.pid ?? NaN;
    return { pid, endpoint, answeredMs, readyMs, stop: () => end(child, 'SIGTERM') };
  } catch (error) {
    await end(child, 'SIGKILL');
    throw error;
  }
}

async function isListening(socket: string): Promise<boolean> {
  const connection = dial(socket);
  try {
    await once(connection, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    connection.destroy();
  }
}

async function pause(child: ChildProcess, begun: number): Promise<void> {
  if (hasEnded(child)) {
    throw new Error(`the driver ended as it started (exit code ${child.exitCode}); run it by hand`);
  }
  if (performance.now() - begun > START_MS) throw new Error('the driver does not start');
  await delay(2);
}

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (hasEnded(child)) return;
  const ended = once(child, 'exit');
  child.kill(signal);
  await ended;
}

function hasEnded({ exitCode, signalCode }: ChildProcess): boolean {
  return exitCode !== null || signalCode !== null;
}
