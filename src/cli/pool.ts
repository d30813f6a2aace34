import type { Adoption } from '../services/administration/adoption.js';
import { didYouMean } from '../options/nearest.js';
import { quoted } from '../options/option-error.js';
import type { Environment } from '../options/environment.js';
import { optionsFromArguments, type Options } from '../options.js';
import { readAdoption } from './adoption-flags.js';
import { UsageError, type Io } from './command.js';

/** What can be done to a pool whose driver is not running. Each resolves with lines for a person to read. */
export interface PoolWork {
  /** Makes the store anew from what the pool holds; throws, with nothing changed, where one is still there. */
  rebuild(options: Options): Promise<readonly string[]>;
  /** Makes an existing directory a volume; throws, with nothing lost, where it cannot be one. */
  adopt(options: Options, adoption: Adoption): Promise<readonly string[]>;
}

const VERBS = ['rebuild', 'adopt'] as const;

/**
 * `pool rebuild` and `pool adopt`: they take the options of the driver whose pool it is, so that its command
 * line tells it all. Throws a UsageError, an OptionError, or whatever the work throws.
 */
export async function run(
  argv: readonly string[],
  env: Environment,
  io: Io,
  work: PoolWork,
): Promise<number> {
  const [word, ...rest] = argv;
  for (const line of await done(word, rest, env, work)) io.stdout.write(`${line}\n`);
  return 0;
}

function done(
  word: string | undefined,
  argv: readonly string[],
  env: Environment,
  work: PoolWork,
): Promise<readonly string[]> {
  const verb = VERBS.find((each) => each === word);
  switch (verb) {
    case 'rebuild':
      return work.rebuild(optionsFromArguments(argv, env));
    case 'adopt': {
      const { adoption, driver } = readAdoption(argv);
      return work.adopt(optionsFromArguments(driver, env), adoption);
    }
    case undefined:
      throw new UsageError(
        `command pool: expected rebuild or adopt, got ${quoted(word)}${didYouMean(word ?? '', VERBS)}`,
      );
  }
}
