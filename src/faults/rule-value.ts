import { CODES, codeNamed } from '../csi/code.js';
import type { Code } from '../csi/status.js';
import { parseDuration } from '../options/duration.js';
import { didYouMean } from '../options/nearest.js';
import type { Blame, Located } from '../yaml/located.js';
import { textTest, type TextPattern } from './text-pattern.js';

/** Readers of the values in a rule. Each blames what is wrong and then answers undefined. */

/** In ms; the longest that a timer can be is not much above. */
const LONGEST_DELAY = 24 * 3_600_000;

/** Text that is not empty, numbers and booleans as they are written. */
export function text(value: Located, blame: Blame): string | undefined {
  if (value.kind === 'scalar' && value.value !== null && value.text !== '') return value.text;
  return blame(value.at, 'expected a text');
}

/** A whole number from `least` to `most`. */
export function count(
  value: Located,
  blame: Blame,
  { least, most }: { readonly least: number; readonly most: number },
): number | undefined {
  if (value.kind === 'scalar' && typeof value.value === 'bigint') {
    const number = Number(value.value);
    if (number >= least && number <= most) return number;
  }
  const range = most === Number.MAX_SAFE_INTEGER ? `from ${least}` : `from ${least} to ${most}`;
  return blame(value.at, `expected a whole number ${range}`);
}

export function fraction(value: Located, blame: Blame): number | undefined {
  const number = value.kind === 'scalar' ? value.value : undefined;
  const isNumber = typeof number === 'number' || typeof number === 'bigint';
  if (isNumber && number >= 0 && number <= 1) return Number(number);
  return blame(value.at, 'expected a number from 0 to 1');
}

/** In ms. */
export function duration(value: Located, blame: Blame): number | undefined {
  const span = value.kind === 'scalar' ? parseDuration(value.text) : undefined;
  if (span !== undefined && span <= LONGEST_DELAY) return span;
  return blame(value.at, 'expected a time such as 10s, 500ms or 1m30s, at most 24h');
}

/** The only other value of a switch is to leave it out. */
export function yes(value: Located, blame: Blame): true | undefined {
  if (value.kind === 'scalar' && value.value === true) return true;
  return blame(value.at, 'expected true; leave the key out for false');
}

/** The name of a gRPC code. */
export function code(value: Located, blame: Blame): Code | 'OK' | undefined {
  const written = value.kind === 'scalar' ? value.text : '';
  const found = codeNamed(written);
  if (found !== undefined) return found;
  const hint = didYouMean(written.toUpperCase(), CODES);
  return blame(value.at, `expected the name of a gRPC code${hint}`);
}

/** In characters. */
const LONGEST_REGEX = 500;

const PATTERN_FORM =
  'a text, in which * stands for any text, {equals: text}, {regex: text} or a list';

/** Which texts are meant. */
export function pattern(value: Located, blame: Blame): TextPattern | undefined {
  if (value.kind === 'list') {
    if (value.items.length === 0) return blame(value.at, `expected ${PATTERN_FORM}, not empty`);
    const patterns = value.items.map((item) => pattern(item, blame));
    return { kind: 'any of', patterns: patterns.filter((each) => each !== undefined) };
  }
  if (value.kind === 'scalar') {
    if (value.value === null) return blame(value.at, `expected ${PATTERN_FORM}`);
    return { kind: value.text.includes('*') ? 'glob' : 'equals', text: value.text };
  }
  const [entry, ...others] = value.entries;
  if (entry !== undefined && others.length === 0 && entry.value.kind === 'scalar') {
    if (entry.key === 'equals') return { kind: 'equals', text: entry.value.text };
    if (entry.key === 'regex') return regex(entry.value.text, entry.value, blame);
  }
  return blame(value.at, `expected ${PATTERN_FORM}`);
}

function regex(source: string, { at }: Located, blame: Blame): TextPattern | undefined {
  if (source.length > LONGEST_REGEX) {
    return blame(at, `expected a regular expression of at most ${LONGEST_REGEX} characters`);
  }
  const found = { kind: 'regex', source } as const;
  try {
    textTest(found);
  } catch {
    return blame(at, 'is no regular expression (of JavaScript, with the flag u)');
  }
  return found;
}
