import { didYouMean } from '../options/nearest.js';
import { quoted } from '../options/option-error.js';
import type { Environment } from '../options/environment.js';
import { optionsFromArguments, type Options } from '../options.js';
import { UsageError, type Io } from './command.js';

/**
 * Makes the store anew from what the pool holds. Resolves with lines that say what was found and made;
 * throws, with nothing changed, where a store is still there.
 */
export type RebuildStore = (options: Options) => Promise<readonly string[]>;

/**
 * `pool rebuild`: takes the options of the driver whose pool it is, so that the command line of the
 * driver tells it all. Throws a UsageError, an OptionError, or whatever `rebuildStore` throws.
 */
export async function run(
  argv: readonly string[],
  env: Environment,
  io: Io,
  rebuildStore: RebuildStore,
): Promise<number> {
  const [verb, ...rest] = argv;
  if (verb !== 'rebuild') {
    const hint = didYouMean(verb ?? '', ['rebuild']);
    throw new UsageError(`command pool: expected rebuild, got ${quoted(verb)}${hint}`);
  }
  for (const line of await rebuildStore(optionsFromArguments(rest, env))) {
    io.stdout.write(`${line}\n`);
  }
  return 0;
}
