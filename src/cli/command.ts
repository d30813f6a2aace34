import type { Environment } from '../options/environment.js';

/** The part of `process` that commands use. */
export interface Io {
  readonly stdout: Output;
  readonly stderr: Output;
  on(signal: NodeJS.Signals, listener: (signal: NodeJS.Signals) => void): unknown;
  off(signal: NodeJS.Signals, listener: (signal: NodeJS.Signals) => void): unknown;
  /** Ends the process at once, whatever still runs. */
  exit(code: number): unknown;
}

interface Output {
  readonly isTTY?: boolean;
  write(text: string): unknown;
}

/**
 * A command of the program. It resolves with the exit code: 0 for success, 1 for failure, 2 for a
 * command line that makes no sense.
 */
export type Command = (argv: readonly string[], env: Environment, io: Io) => Promise<number>;

/** A command line that names nothing that can be done. The message is for the person who wrote it. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}
