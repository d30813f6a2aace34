import type { AdminClient } from '../../admin/admin-client.js';
import type { Environment } from '../../options/environment.js';
import { UsageError, type Io } from '../command.js';
import { readFlags } from '../flag.js';
import { ADMIN_FLAGS, driverAt } from './admin-flags.js';
import { ADMIN_HELP } from './admin-help.js';

/** What an admin command was asked to do. */
export interface Asked {
  readonly driver: AdminClient;
  /** The arguments that are no flags. */
  readonly words: readonly string[];
  /** Writes text, or, with --json, the answer that it was made of. */
  show(answer: unknown, text: string): void;
}

/**
 * Runs a command against the admin socket. Resolves with 0; throws a UsageError or an OptionError for a
 * command line that makes no sense, an AdminError for what the driver does not answer or refuses.
 */
export async function adminCommand(
  name: keyof typeof ADMIN_HELP,
  mostWords: number,
  [argv, env, io]: readonly [readonly string[], Environment, Io],
  act: (asked: Asked) => Promise<void>,
): Promise<number> {
  const given = readFlags(ADMIN_FLAGS, argv, mostWords);
  if (given.has('help')) {
    io.stdout.write(ADMIN_HELP[name]);
    return 0;
  }
  const show: Asked['show'] = (answer, text) => {
    io.stdout.write(given.has('json') ? `${JSON.stringify(answer, null, 2)}\n` : text);
  };
  await act({ driver: driverAt(given, env), words: given.words, show });
  return 0;
}

/** Exactly so many words. Throws a UsageError that says what they are. */
export function required(words: readonly string[], what: string): readonly string[] {
  if (words.length === what.split(' ').length) return words;
  throw new UsageError(`expected ${what}`);
}
