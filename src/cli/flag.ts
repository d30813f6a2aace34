import { parseArgs } from 'node:util';
import { row } from '../options/columns.js';
import type { Kind } from '../options/kind.js';
import { OptionError, quoted, unknownOption } from '../options/option-error.js';
import { UsageError } from './command.js';

/** An option of a command that is no driver. */
export interface Flag {
  /** Stands for the value in the help; a flag without one is a switch. */
  readonly placeholder?: string;
  readonly help: string;
  /** The values that there are, where there are few; checked and completed. */
  readonly words?: readonly string[];
  /** May be given more than once. */
  readonly repeatable?: boolean;
}

export type Flags = Readonly<Record<string, Flag>>;

/** What the command line gives, in its order; a switch gives `true`. */
export interface GivenFlags<Name extends string> {
  has(name: Name): boolean;
  first(name: Name): string | undefined;
  /** Undefined when it is not given at all. */
  all(name: Name): readonly string[] | undefined;
  /** What is no flag, in its order. */
  readonly words: readonly string[];
}

/**
 * Reads flags. As everywhere, one dash is as good as two, and a value follows after `=` or as the next
 * argument. Throws an OptionError or a UsageError for whatever is no flag of the table, or has no value
 * or one too many, and for more than `mostWords` other arguments.
 */
export function readFlags<Name extends string>(
  table: Readonly<Record<Name, Flag>>,
  argv: readonly string[],
  mostWords = 0,
): GivenFlags<Name> {
  const flags = new Map<string, Flag>(Object.entries(table));
  const { tokens } = parseArgs({
    args: argv.map(withTwoDashes),
    options: Object.fromEntries(
      [...flags].map(([name, flag]) => [
        name,
        { type: flag.placeholder === undefined ? 'boolean' : 'string' },
      ]),
    ),
    strict: false,
    tokens: true,
  });
  const given = new Map<string, string[]>();
  const words: string[] = [];
  for (const token of tokens) {
    if (token.kind === 'option-terminator') continue;
    if (token.kind === 'positional') {
      words.push(token.value);
      if (words.length <= mostWords) continue;
      throw new UsageError(`unexpected argument ${quoted(token.value)}`);
    }
    const { name, inlineValue } = token;
    const flag = flags.get(name);
    if (flag === undefined) throw unknownOption(`--${name}`, dashed(table));
    const values = given.get(name) ?? [];
    values.push(valueOf(name, flag, token.value, inlineValue === true));
    if (values.length > 1 && flag.repeatable !== true) {
      throw new UsageError(`option ${name} is given more than once`);
    }
    given.set(name, values);
  }
  return {
    has: (name) => given.has(name),
    first: (name) => given.get(name)?.[0],
    all: (name) => given.get(name),
    words,
  };
}

/** The value of a flag as its kind means it; undefined when it is not given. Throws an OptionError. */
export function one<Name extends string, Value>(
  given: GivenFlags<Name>,
  name: Name,
  kind: Kind<Value>,
): Value | undefined {
  const value = given.first(name);
  return value === undefined ? undefined : valueAs(name, value, kind);
}

/** What a value of a flag means. Throws an OptionError. */
export function valueAs<Value>(name: string, value: string, kind: Kind<Value>): Value {
  const found = kind.read(value);
  if (found === undefined) throw new OptionError(name, kind.expected, value);
  return found;
}

/** The names of a table as they are written. */
export function dashed(table: Flags): readonly string[] {
  return Object.keys(table).map((name) => `--${name}`);
}

/** Every flag of a table, in lines of at most 96 columns. */
export function flagHelp(table: Flags): string {
  return Object.entries(table)
    .map(([name, { placeholder, help, repeatable }]) =>
      row(
        `  --${name}${placeholder === undefined ? '' : ` ${placeholder}`}`,
        `${help}${repeatable === true ? ' Repeatable.' : ''}`.trim(),
      ),
    )
    .join('\n');
}

function valueOf(name: string, flag: Flag, value: string | undefined, inline: boolean): string {
  if (flag.placeholder === undefined) {
    if (value !== undefined) throw new UsageError(`option ${name} is a switch and takes no value`);
    return 'true';
  }
  if (value === undefined || (!inline && value.startsWith('--'))) {
    throw new UsageError(`option ${name}: expected ${flag.placeholder}, got nothing`);
  }
  if (flag.words !== undefined && !flag.words.includes(value)) {
    throw new UsageError(
      `option ${name}: expected ${flag.words.join(' or ')}, got ${quoted(value)}`,
    );
  }
  return value;
}

/** One dash is as good as two. */
export function withTwoDashes(argument: string): string {
  if (argument === '-h') return '--help';
  return /^-[a-z]/i.test(argument) ? `-${argument}` : argument;
}
