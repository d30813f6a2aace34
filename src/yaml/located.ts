import type { ErrorCode, ParsedNode } from 'yaml';
import { isTooDeep } from './nesting.js';
import { parser } from './parser.js';

/** Where something is in a text; both from 1. */
export interface Place {
  readonly line: number;
  readonly column: number;
}

/** Something wrong in a text, for the person who wrote it. The message quotes no value. */
export interface Mistake extends Place {
  readonly message: string;
}

/** Notes a mistake; answers undefined, so that a reader can return with it. */
export type Blame = (at: Place, message: string) => undefined;

/** A value of a text in YAML or JSON, with where it begins. */
export type Located = LocatedMap | LocatedList | LocatedScalar;

export interface LocatedMap {
  readonly kind: 'map';
  readonly at: Place;
  readonly entries: readonly Entry[];
}

export interface Entry {
  readonly key: string;
  readonly keyAt: Place;
  readonly value: Located;
}

export interface LocatedList {
  readonly kind: 'list';
  readonly at: Place;
  readonly items: readonly Located[];
}

export interface LocatedScalar {
  readonly kind: 'scalar';
  readonly at: Place;
  readonly value: string | bigint | number | boolean | null;
  /** The value as it was written, without quotes. */
  readonly text: string;
}

/** In characters: what a person writes stays far below, and more would hold up the calls. */
const LONGEST_TEXT = 2 ** 20;

/** What a text in YAML or JSON holds; undefined when it holds nothing, or has a mistake. */
export function locate(text: string, blame: Blame): Located | undefined {
  const start = { line: 1, column: 1 };
  if (text.length > LONGEST_TEXT) return blame(start, `is longer than ${LONGEST_TEXT} characters`);
  if (isTooDeep(text)) return blame(start, 'is nested too deeply');
  // The mark that some editors put before a text.
  return read(text.replace(/^\ufeff/, ''), blame);
}

function read(text: string, blame: Blame): Located | undefined {
  const { LineCounter, isAlias, isMap, isScalar, isSeq, parseDocument } = parser();
  const lines = new LineCounter();
  const document = parseDocument(text, {
    lineCounter: lines,
    prettyErrors: false,
    logLevel: 'error',
    intAsBigInt: true,
  });
  const place = (offset: number): Place => {
    const { line, col } = lines.linePos(offset);
    return { line, column: col };
  };
  const {
    contents,
    errors: [first],
  } = document;
  // What follows the first error is noise.
  if (first !== undefined) return blame(place(first.pos[0]), problem(first.code));
  return contents === null ? undefined : located(contents);

  function located(node: ParsedNode): Located | undefined {
    const at = place(node.range[0]);
    if (isAlias(node)) return blame(at, 'is an alias: text that begins with * needs quotes');
    if (isMap(node)) return locatedMap(node, at);
    if (isSeq(node)) {
      const items = node.items.map((item) => located(item));
      return { kind: 'list', at, items: items.filter((item) => item !== undefined) };
    }
    const { value, source } = node;
    return isPlain(value)
      ? { kind: 'scalar', at, value, text: source }
      : blame(at, 'is a kind of value that is not used here');
  }

  function locatedMap(node: ParsedNode, at: Place): Located | undefined {
    if (!isMap<ParsedNode, ParsedNode | null>(node)) return undefined;
    const entries: Entry[] = [];
    for (const { key, value } of node.items) {
      const keyAt = place(key.range[0]);
      const found = value === null ? empty(keyAt) : located(value);
      if (!isScalar(key)) blame(keyAt, 'is no text, but stands where a key does');
      else if (found !== undefined) entries.push({ key: key.source ?? '', keyAt, value: found });
    }
    return { kind: 'map', at, entries };
  }
}

/** A value of which the text says nothing. */
function empty(at: Place): LocatedScalar {
  return { kind: 'scalar', at, value: null, text: '' };
}

function isPlain(value: unknown): value is LocatedScalar['value'] {
  return value === null || ['string', 'bigint', 'number', 'boolean'].includes(typeof value);
}

/** In words of our own: those of the parser quote the text. */
function problem(code: ErrorCode): string {
  if (code === 'DUPLICATE_KEY') return 'the key is there twice';
  if (code === 'MULTIPLE_DOCS') return 'begins a second document, and one is expected';
  if (code === 'BAD_ALIAS') return 'is an alias: text that begins with * needs quotes';
  return `is neither YAML nor JSON (${code.toLowerCase().replaceAll('_', ' ')})`;
}

/** The value without its places. Whole numbers beyond what a number holds are text. */
export function plain(value: Located): unknown {
  if (value.kind === 'list') return value.items.map(plain);
  if (value.kind === 'map') {
    return Object.fromEntries(value.entries.map(({ key, value: inner }) => [key, plain(inner)]));
  }
  if (typeof value.value !== 'bigint') return value.value;
  const number = Number(value.value);
  return Number.isSafeInteger(number) ? number : String(value.value);
}
