import { didYouMean } from '../options/nearest.js';
import type { Blame, Located } from './located.js';

/**
 * The values of a map whose keys are known; every other key is a mistake. Undefined for what is no map:
 * `expected` ends the sentence "expected ...".
 */
export function knownKeys<Key extends string>(
  value: Located,
  keys: readonly Key[],
  expected: string,
  blame: Blame,
): ReadonlyMap<Key, Located> | undefined {
  if (value.kind !== 'map') return blame(value.at, `expected ${expected}`);
  const found = new Map<Key, Located>();
  for (const { key: written, keyAt, value: inner } of value.entries) {
    const key = keys.find((each) => each === written);
    if (key === undefined) {
      blame(keyAt, `unknown key ${JSON.stringify(cut(written))}${didYouMean(written, keys)}`);
    } else {
      found.set(key, inner);
    }
  }
  return found;
}

/** Keys are words; what is longer is something else, and may be a secret in the wrong place. */
function cut(key: string): string {
  return key.length > 40 ? `${key.slice(0, 40)}...` : key;
}
