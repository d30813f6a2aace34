import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { statSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { CallOptions, Client } from '../csi/client.js';
import { socketPathOf } from '../csi/endpoint.js';
import { Untestable } from './untestable.js';
import type { Subject } from './subject.js';

export interface RestartDeps {
  /** For the shell. */
  readonly command: string;
  /** All endpoints of the driver. */
  readonly endpoints: readonly string[];
  readonly subject: Subject;
  readonly call: CallOptions;
  /** How long the driver may take to come back, in ms. */
  readonly limitMs: number;
}

const LOOK_EVERY_MS = 50;

/**
 * Restarts a driver by a shell command. Because the command may return before the driver has ended, it
 * counts as restarted when its sockets have been made anew and it answers there. Throws Untestable when
 * the command fails or the driver does not come back.
 */
export async function restart(deps: RestartDeps): Promise<void> {
  const { command, endpoints, subject, call, limitMs } = deps;
  const limit = AbortSignal.timeout(limitMs);
  const signal = call.signal === undefined ? limit : AbortSignal.any([limit, call.signal]);
  const before = endpoints.map(socketOf);
  await run(command, signal);
  for (const [index, endpoint] of endpoints.entries()) {
    while ([before[index], undefined].includes(socketOf(endpoint))) await pause(signal);
  }
  const clients = new Set([subject.controller, ...subject.nodes.map(({ client }) => client)]);
  for (const client of clients) {
    while (!(await isReady(client, call))) await pause(signal);
  }
}

async function run(command: string, signal: AbortSignal): Promise<void> {
  const child = spawn(command, { shell: true, stdio: 'ignore', signal });
  const [code] = await once(child, 'exit').catch((error: unknown) => {
    throw new Untestable(`the restart command did not end: ${String(error)}`);
  });
  if (code !== 0) throw new Untestable(`the restart command ended with ${String(code)}`);
}

/** What tells one socket at the endpoint from the next; undefined without any. */
function socketOf(endpoint: string): string | undefined {
  const found = statSync(socketPathOf(endpoint), { bigint: true, throwIfNoEntry: false });
  return found === undefined ? undefined : `${found.ino} ${found.ctimeNs}`;
}

async function pause(signal: AbortSignal): Promise<void> {
  if (signal.aborted) {
    throw new Untestable('the driver did not come back after the restart command');
  }
  await sleep(LOOK_EVERY_MS);
}

/** A driver that does not say whether it is ready is (spec: "Probe"). */
async function isReady({ identity }: Client, call: CallOptions): Promise<boolean> {
  return identity.Probe({}, call).then(
    ({ ready }) => ready?.value !== false,
    () => false,
  );
}
