import { parseArgs } from 'node:util';
import { FIELDS, flagName, type Reading } from './given.js';
import { HOST_PATH_FLAGS } from './host-path-flag.js';
import { OptionError, quoted, unknownOption } from './option-error.js';
import type { Option } from './option.js';
import { OPTIONS, type Field } from './table.js';

/** A flag as it stands on the command line, without its dashes. */
interface Flag {
  readonly name: string;
  readonly value: string;
}

/** The option that each name of ours belongs to. */
const FIELD_OF: ReadonlyMap<string, Field> = new Map(
  FIELDS.flatMap((field) => {
    const { aliases = [] }: Option<unknown> = OPTIONS[field];
    return [flagName(field), ...aliases].map((name) => [name, field] as const);
  }),
);

const NAMES: readonly string[] = [...FIELD_OF.keys(), ...HOST_PATH_FLAGS.keys()];
const DASHED_NAMES = NAMES.map((name) => `--${name}`);

/**
 * What the command line says about options. One dash is as good as two, and a value follows after `=`
 * or as the next argument, as in Go's flag package; a switch takes one only after `=`. Throws an
 * OptionError for a name that is unknown, a value that is missing, and whatever is no flag.
 */
export function readArguments(argv: readonly string[]): Reading {
  const flags = split(argv);
  const given = new Map<Field, { value: string; under: string }>();
  const notices: string[] = [];
  const give = (field: Field, value: string, under: string): void => {
    const before = OPTIONS[field].kind.form === 'list' ? given.get(field)?.value : undefined;
    given.set(field, { value: before ? `${before},${value}` : value, under });
  };
  for (const [name, value] of hostPathFlags(flags)) {
    const asked = readHostPathFlag(name, value);
    if (typeof asked === 'string') notices.push(`option ${name} has no effect: ${asked}`);
    else for (const [field, setting] of asked) give(field, setting, `--${name}`);
  }
  // Names of ours come later, so that they overrule.
  for (const { name, value } of flags) {
    const field = FIELD_OF.get(name);
    if (field !== undefined) give(field, value, `--${name}`);
  }
  return { given: Object.fromEntries(given), notices };
}

/** The settings that a flag of csi-driver-host-path asks for, or why it has no effect. */
function readHostPathFlag(name: string, value: string): (readonly [Field, string])[] | string {
  const flag = HOST_PATH_FLAGS.get(name);
  const meaning = flag?.read(value);
  if (meaning === undefined) throw new OptionError(name, flag?.expected ?? '', value);
  if ('ignored' in meaning) return meaning.ignored;
  if ('refused' in meaning) {
    throw new OptionError(
      name,
      'to be left out',
      value,
      `option ${name} cannot be ${quoted(value)}: ${meaning.refused}`,
    );
  }
  return FIELDS.flatMap((field) => {
    const setting = meaning.settings[field];
    return setting === undefined ? [] : [[field, setting] as const];
  });
}

/** The flags that are not names of ours; of each only the last counts. */
function hostPathFlags(flags: readonly Flag[]): ReadonlyMap<string, string> {
  const theirs = flags.filter(({ name }) => !FIELD_OF.has(name));
  return new Map(theirs.map(({ name, value }) => [name, value]));
}

function split(argv: readonly string[]): Flag[] {
  const { tokens } = parseArgs({
    args: argv.map((argument) => (/^-[a-z]/i.test(argument) ? `-${argument}` : argument)),
    options: Object.fromEntries(
      NAMES.map((name) => [name, { type: isSwitch(name) ? 'boolean' : 'string' }]),
    ),
    strict: false,
    tokens: true,
  });
  return tokens.flatMap((token) => {
    const written = argv[token.index] ?? '';
    if (token.kind === 'option-terminator') return [];
    if (token.kind === 'positional') throw unexpected(written, argv[token.index - 1]);
    const { name, inlineValue } = token;
    if (!NAMES.includes(name)) throw unknownOption(`--${name}`, DASHED_NAMES);
    const value = token.value ?? (isSwitch(name) ? 'true' : undefined);
    if (value === undefined || (inlineValue !== true && value.startsWith('--'))) {
      throw new OptionError(canonical(name), expectation(name), undefined);
    }
    return [{ name, value }];
  });
}

function isSwitch(name: string): boolean {
  return kindOf(name)?.form === 'switch';
}

function expectation(name: string): string {
  return kindOf(name)?.expected ?? '';
}

function kindOf(name: string): { readonly form: string; readonly expected: string } | undefined {
  const field = FIELD_OF.get(name);
  return field === undefined ? HOST_PATH_FLAGS.get(name) : OPTIONS[field].kind;
}

function canonical(name: string): string {
  const field = FIELD_OF.get(name);
  return field === undefined ? name : flagName(field);
}

function unexpected(written: string, before: string | undefined): OptionError {
  const name = before?.replace(/^--?/, '');
  const hint =
    name !== undefined && before?.startsWith('-') && isSwitch(name)
      ? `; a switch takes its value after "=", as in ${before}=${written}`
      : '';
  return new OptionError(
    written,
    'an option',
    written,
    `unexpected argument ${quoted(written)}${hint}`,
  );
}
