import type { StringMap } from '../model/equality.js';
import { items, type Kind } from './kind.js';

/** A key with its prefix or without, as the spec has it ("CreateVolume", `Topology`). */
const KEY = /^(?:[a-z0-9](?:[-a-z0-9.]{0,61}[a-z0-9])?\/)?[a-z0-9](?:[-a-z0-9_.]{0,61}[a-z0-9])?$/i;
const VALUE = /^[a-z0-9](?:[-a-z0-9_.]{0,61}[a-z0-9])?$/i;

/** Topology segments by key; a key that is given twice has its last value. Comes out frozen. */
export const segments: Kind<StringMap> = {
  form: 'list',
  placeholder: 'KEY=VALUE',
  expected:
    'key=value, for example zone=z1, with at most 63 characters in prefix, name and value, ' +
    'and no two keys that differ in case alone',
  read(given) {
    const entries = items(given)?.map(keyAndValue) ?? entriesOf(given);
    if (entries === undefined) return undefined;
    const found = new Map<string, string>();
    for (const [key, value] of entries) {
      if (typeof value !== 'string' || !KEY.test(key) || !VALUE.test(value)) return undefined;
      // A prefix is a domain name in lower case.
      if (/[A-Z].*\//.test(key)) return undefined;
      found.set(key, value);
    }
    const different = new Set([...found.keys()].map((key) => key.toLowerCase()));
    return different.size < found.size ? undefined : Object.freeze(Object.fromEntries(found));
  },
};

function keyAndValue(item: string): [key: string, value: unknown] {
  const equals = item.indexOf('=');
  return equals < 0 ? [item, undefined] : [item.slice(0, equals), item.slice(equals + 1)];
}

function entriesOf(given: unknown): [key: string, value: unknown][] | undefined {
  return typeof given === 'object' && given !== null ? Object.entries(given) : undefined;
}
