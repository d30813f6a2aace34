import { resolve } from 'node:path';
import { ACCESS_MODES, type AccessMode } from '../model/access-mode.js';
import { MAX_INT64, parseQuantity } from '../model/quantity.js';
import { OptionError, quoted } from '../options/option-error.js';
import { WIDEST_MODE, type Adoption } from '../services/administration/adoption.js';
import { UsageError } from './command.js';
import { readFlags, withTwoDashes, type Flag } from './flag.js';

/** The options of `pool adopt` beside those of the driver. */
export const ADOPTION_FLAGS = {
  id: { placeholder: 'ID', help: 'Id of the volume; a PersistentVolume names it as volumeHandle.' },
  name: { placeholder: 'NAME', help: 'Name of the volume; default: its id.' },
  size: {
    placeholder: 'SIZE',
    help: 'Size that the volume is said to have; default: --default-volume-size.',
  },
  mode: {
    placeholder: 'MODE',
    words: ACCESS_MODES,
    repeatable: true,
    help: 'Access mode that it supports, with all that this one implies; default: MULTI_NODE_MULTI_WRITER.',
  },
  'access-type': {
    placeholder: 'TYPE',
    words: ['mount'],
    help: 'How it is accessed: mount, as a directory is no block device.',
  },
} as const satisfies Readonly<Record<string, Flag>>;

/**
 * Takes the arguments of `pool adopt` apart: the directory, which comes first, what is said of the volume,
 * and the options of the driver. Throws a UsageError or an OptionError.
 */
export function readAdoption(argv: readonly string[]): {
  readonly adoption: Adoption;
  readonly driver: readonly string[];
} {
  const [directory, ...rest] = argv;
  if (directory === undefined || directory === '' || directory.startsWith('-')) {
    throw new UsageError(
      `command pool adopt: expected a directory before all options, got ${quoted(directory)}`,
    );
  }
  const { own, driver } = split(rest);
  const given = readFlags<keyof typeof ADOPTION_FLAGS>(ADOPTION_FLAGS, own);
  const id = given.first('id');
  if (id === undefined) throw new UsageError('command pool adopt: option id is required');
  const modes = given.all('mode') ?? [WIDEST_MODE];
  return {
    adoption: {
      directory: resolve(directory),
      id,
      name: given.first('name') ?? id,
      bytes: sizeOf(given.first('size')),
      modes: ACCESS_MODES.filter((mode: AccessMode) => modes.includes(mode)),
    },
    driver,
  };
}

function sizeOf(text: string | undefined): bigint | undefined {
  if (text === undefined) return undefined;
  const bytes = parseQuantity(text);
  if (bytes !== undefined && bytes > 0n) return bytes;
  throw new OptionError('size', `a size such as 10Gi, from 1 to ${MAX_INT64} bytes`, text);
}

/** Tells the flags of the adoption, each with its value, from the options of the driver. */
function split(argv: readonly string[]): {
  readonly own: readonly string[];
  readonly driver: readonly string[];
} {
  const own: string[] = [];
  const driver: string[] = [];
  for (let index = 0; index < argv.length; index += 1) {
    const argument = argv[index] ?? '';
    const [, name = '', value] = /^--([^=]*)(=.*)?$/s.exec(withTwoDashes(argument)) ?? [];
    if (!Object.hasOwn(ADOPTION_FLAGS, name)) {
      driver.push(argument);
      continue;
    }
    own.push(argument);
    const next = argv[index + 1];
    if (value === undefined && next !== undefined) {
      own.push(next);
      index += 1;
    }
  }
  return { own, driver };
}
