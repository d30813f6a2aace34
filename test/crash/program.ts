import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setImmediate } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { PATIENCE_MS } from '../patience.js';

const CLI = fileURLToPath(new URL('../../src/cli.cjs', import.meta.url));

/** How a program ended, and all that it said. */
export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly output: string;
}

/** The command line program in a process of its own. */
export interface Program {
  readonly ended: Promise<Ended>;
  /** What it has said so far. */
  said(): string;
  /** Resolves when the driver serves; rejects with what the program said when it ends instead. */
  ready(): Promise<void>;
  /** Kills it at once, as nothing but the kernel can, and resolves when it is gone. */
  kill(): Promise<Ended>;
  /** Asks it to stop, as a supervisor does, and resolves when it has. */
  stop(): Promise<Ended>;
}

/** Starts the program; `before` are a command and its arguments that run it. */
export function launch(argv: readonly string[], before: readonly string[] = []): Program {
  const [command, ...args] = [...before, process.execPath, CLI, ...argv];
  const child = spawn(command ?? '', args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH: process.env['PATH'], HOME: '/nonexistent' },
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
      child.emit('spoke');
    });
  }
  const ended = once(child, 'close').then((): Ended => {
    clearTimeout(timer);
    return { code: child.exitCode, signal: child.signalCode, output };
  });
  let serves = false;
  const timer = setTimeout(() => {
    if (!serves) child.kill('SIGKILL');
  }, PATIENCE_MS);

  return {
    ended,
    said: () => output,
    async ready() {
      const over = ended.then(({ code, output: all }) => {
        throw new Error(`the program ended with ${code} and said: ${all}`);
      });
      over.catch(() => undefined);
      while (!output.includes('"msg":"ready"')) await Promise.race([once(child, 'spoke'), over]);
      serves = true;
    },
    kill() {
      child.kill('SIGKILL');
      return ended;
    },
    stop() {
      child.kill('SIGTERM');
      return ended;
    },
  };
}

/** Kills a program as soon as something can be seen; looks again and again, for it may pass quickly. */
export async function killWhen(program: Program, isSo: () => boolean): Promise<void> {
  const tooLate = performance.now() + PATIENCE_MS;
  while (!isSo()) {
    if (performance.now() > tooLate) throw new Error('the moment never came');
    await setImmediate();
  }
  await program.kill();
}
