import { Buffer } from 'node:buffer';
import { resolve } from 'node:path';
import { EndpointError, SOCKET_PATH_BYTES, socketPathOf } from '../csi/endpoint.js';
import { parseDuration } from './duration.js';
import { MAX_INT64, parseQuantity } from '../model/quantity.js';

/** How the value of an option is written and what it means. */
export interface Kind<Value> {
  /** A switch is on when it stands alone; a list adds up when it is given again. */
  readonly form: 'switch' | 'value' | 'list';
  /** Stands for the value in the help. */
  readonly placeholder: string;
  /** Ends the sentence "expected ...". */
  readonly expected: string;
  /** What text, or a value that a program passed, means; undefined when it means nothing. */
  read(given: unknown): Value | undefined;
}

const BOOLEANS: ReadonlyMap<unknown, boolean> = new Map<unknown, boolean>([
  ...[true, '1', 't', 'T', 'true', 'TRUE', 'True'].map((on) => [on, true] as const),
  ...[false, '0', 'f', 'F', 'false', 'FALSE', 'False'].map((off) => [off, false] as const),
]);

/** A boolean, in the spellings of Go's flag package. */
export const onOff: Kind<boolean> = {
  form: 'switch',
  placeholder: '',
  expected: 'true or false',
  read: (given) => BOOLEANS.get(given),
};

/** One word out of a few. */
export function oneOf<const Word extends string>(words: readonly Word[]): Kind<Word> {
  return {
    form: 'value',
    placeholder: words.join('|'),
    expected: alternatives(words),
    read: (given) => words.find((word) => word === given),
  };
}

/** Some words out of a few, separated by commas; they come out in the order of `words`, frozen. */
export function someOf<const Word extends string>(
  words: readonly Word[],
  placeholder: string,
  least: 0 | 1,
): Kind<readonly Word[]> {
  return {
    form: 'list',
    placeholder,
    expected: `${least === 0 ? 'any' : 'one or more'} of ${words.join(', ')}`,
    read(given) {
      const named = items(given);
      if (named === undefined || named.length < least) return undefined;
      if (!named.every((item) => words.some((word) => word === item))) return undefined;
      return Object.freeze(words.filter((word) => named.includes(word)));
    },
  };
}

/** Text of a certain shape and length. */
export function text(
  placeholder: string,
  shape: RegExp,
  mostBytes: number,
  expected: string,
): Kind<string> {
  return {
    form: 'value',
    placeholder,
    expected,
    read: (given) =>
      typeof given === 'string' && shape.test(given) && Buffer.byteLength(given) <= mostBytes
        ? given
        : undefined,
  };
}

/** A CSI endpoint; comes out as it was given. */
export const endpoint: Kind<string> = {
  form: 'value',
  placeholder: 'ADDRESS',
  expected: `the address of a unix socket, such as unix:///csi/csi.sock, with a path of at most ${SOCKET_PATH_BYTES} bytes`,
  read: (given) => (typeof given === 'string' && namesSocket(given) ? given : undefined),
};

function namesSocket(address: string): boolean {
  try {
    return socketPathOf(address) !== '';
  } catch (error) {
    if (error instanceof EndpointError) return false;
    throw error;
  }
}

/** A directory; comes out as an absolute path. */
export const directory: Kind<string> = {
  form: 'value',
  placeholder: 'DIR',
  expected: 'the path of a directory',
  read: (given) =>
    typeof given === 'string' && given !== '' && !given.includes('\0') ? resolve(given) : undefined,
};

/** A number of bytes, written as a Kubernetes quantity. */
export function bytes(least: bigint, most: bigint = MAX_INT64): Kind<bigint> {
  return {
    form: 'value',
    placeholder: 'SIZE',
    expected: `a size such as 10Gi, from ${least} to ${most} bytes`,
    read(given) {
      const size = toBigInt(given);
      return size !== undefined && size >= least && size <= most ? size : undefined;
    },
  };
}

/** A whole number from 0. */
export const count: Kind<number> = {
  form: 'value',
  placeholder: 'N',
  expected: 'a whole number from 0',
  read(given) {
    const number = typeof given === 'string' && /^[0-9]+$/.test(given) ? Number(given) : given;
    return typeof number === 'number' && Number.isSafeInteger(number) && number >= 0
      ? number
      : undefined;
  },
};

const DAY = 24 * 3_600_000;

/** A time span; comes out in whole milliseconds, and a number that a program passes is in them too. */
export const duration: Kind<number> = {
  form: 'value',
  placeholder: 'TIME',
  expected: 'a time such as 10s, 500ms or 1m30s, at most 24h',
  read(given) {
    const span = typeof given === 'string' ? parseDuration(given) : given;
    return typeof span === 'number' && Number.isInteger(span) && span >= 0 && span <= DAY
      ? span
      : undefined;
  },
};

/** Permission bits, written in octal. */
export const permissions: Kind<number> = {
  form: 'value',
  placeholder: 'MODE',
  expected: 'octal permissions such as 0600',
  read(given) {
    const written = typeof given === 'string' ? /^(?:0o?)?(?<bits>[0-7]{3})$/.exec(given) : null;
    const bits = written === null ? given : Number.parseInt(written.groups?.bits ?? '', 8);
    return typeof bits === 'number' && Number.isInteger(bits) && bits >= 0 && bits <= 0o777
      ? bits
      : undefined;
  },
};

/** The bytes of each kind of storage; a size without a kind is filed under the empty kind. */
export const capacities: Kind<ReadonlyMap<string, bigint>> = {
  form: 'list',
  placeholder: '[KIND=]SIZE',
  expected: 'kind=size, for example fast=100Gi',
  read(given) {
    const entries = items(given)?.map(kindAndSize) ?? entriesOf(given);
    if (entries === undefined) return undefined;
    const found = new Map<string, bigint>();
    for (const [kind, size] of entries) {
      const read = bytes(0n).read(size);
      if (read === undefined || Buffer.byteLength(kind) > 128) return undefined;
      found.set(kind, read);
    }
    return sealed(found);
  },
};

/** The items of a list, as text with commas or as an array of such texts; undefined: no list. */
export function items(given: unknown): string[] | undefined {
  if (Array.isArray(given)) {
    const lists = given.map(items);
    return lists.every((list) => list !== undefined) ? lists.flat() : undefined;
  }
  if (typeof given !== 'string') return undefined;
  return given === '' ? [] : given.split(',').map((item) => item.trim());
}

function kindAndSize(item: string): [kind: string, size: unknown] {
  const equals = item.indexOf('=');
  return equals < 0 ? ['', item] : [item.slice(0, equals), item.slice(equals + 1)];
}

function entriesOf(given: unknown): [kind: string, size: unknown][] | undefined {
  if (typeof given !== 'object' || given === null) return undefined;
  if (!(given instanceof Map)) return Object.entries(given);
  return [...given].map(([kind, size]: [unknown, unknown]) => [String(kind), size]);
}

/** A map that its readers cannot change: freezing alone does not reach the entries of a map. */
function sealed(map: Map<string, bigint>): ReadonlyMap<string, bigint> {
  return Object.freeze(Object.assign(map, { set: readOnly, delete: readOnly, clear: readOnly }));
}

function readOnly(): never {
  throw new TypeError('options are read-only');
}

function toBigInt(given: unknown): bigint | undefined {
  if (typeof given === 'string') return parseQuantity(given);
  if (typeof given === 'number') return Number.isSafeInteger(given) ? BigInt(given) : undefined;
  return typeof given === 'bigint' ? given : undefined;
}

function alternatives(words: readonly string[]): string {
  return words.length < 2 ? words.join() : `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`;
}
