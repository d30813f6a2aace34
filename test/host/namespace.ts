import { spawn } from 'node:child_process';
import { once } from 'node:events';

/** A process in a mount namespace of its own, which gets what propagates from this one. */
export interface Namespace {
  readonly pid: number;
  /** The root directory as that namespace sees it. */
  readonly root: string;
  end(): Promise<void>;
}

export async function otherNamespace(): Promise<Namespace> {
  // It ends with its input, so also when this process dies.
  const holder = spawn(
    'unshare',
    ['--mount', '--propagation', 'slave', 'sh', '-c', 'echo ready; exec cat'],
    { stdio: ['pipe', 'pipe', 'inherit'] },
  );
  await once(holder.stdout, 'data');
  const { pid } = holder;
  if (pid === undefined) throw new Error('the process did not start');
  return {
    pid,
    root: `/proc/${pid}/root`,
    async end() {
      const ended = once(holder, 'exit');
      holder.stdin.end();
      await ended;
    },
  };
}
