import { execFile } from 'node:child_process';
import { errorCode } from './errno.js';

/** A program of the system failed, or is not there. */
export class ToolError extends Error {
  override readonly name = 'ToolError';

  constructor(
    readonly reason: 'missing' | 'no-room' | 'not-permitted' | 'failed',
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** A program that is run to its end, without a shell. */
export interface Tool {
  readonly program: string;
  /** The package that brings it, as Debian calls it. */
  readonly package: string;
  readonly args: readonly string[];
  /** Exit codes that mean success; 0 when left out. */
  readonly success?: readonly number[];
  /** After which it is killed, in ms; 0: never. Ten minutes when left out. */
  readonly timeLimitMs?: number;
}

/** Longer than file systems take to be made, checked and grown on a healthy disk. */
const TIME_LIMIT_MS = 10 * 60_000;
/** How much of what it says goes into a message. */
const QUOTED_CHARACTERS = 500;

/** Runs a program. Rejects with a ToolError that holds the end of what it said. */
export function runTool({
  program,
  package: from,
  args,
  success = [0],
  timeLimitMs = TIME_LIMIT_MS,
}: Tool): Promise<void> {
  return new Promise((resolve, reject) => {
    const options = {
      env: { LC_ALL: 'C', PATH: searchPath() },
      timeout: timeLimitMs,
      killSignal: 'SIGKILL',
      maxBuffer: 1024 * 1024,
    } as const;
    const child = execFile(program, args, options, (error, stdout, stderr) => {
      if (success.includes(child.exitCode ?? -1)) return resolve();
      if (['ENOENT', 'EACCES'].includes(errorCode(error) ?? '')) {
        const message = `the program ${program} is missing where the driver runs: install ${from}`;
        return reject(new ToolError('missing', message, { cause: error }));
      }
      const said = `${stdout}\n${stderr}`.trim().slice(-QUOTED_CHARACTERS);
      const how = child.signalCode === null ? `ended with ${child.exitCode}` : 'was ended';
      reject(new ToolError(reasonOf(said), `${program} ${how}: ${said}`, { cause: error }));
    });
  });
}

/** Some users' PATH lacks the directories where these programs are. */
function searchPath(): string {
  return [process.env['PATH'], '/usr/local/sbin', '/usr/sbin', '/sbin'].filter(Boolean).join(':');
}

function reasonOf(said: string): ToolError['reason'] {
  if (/no space left|quota exceeded/i.test(said)) return 'no-room';
  if (/permission denied|not permitted/i.test(said)) return 'not-permitted';
  return 'failed';
}
