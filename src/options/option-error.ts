import { inspect } from 'node:util';
import { didYouMean } from './nearest.js';

/** An option that cannot be used as it was given. The message is for the person who gave it. */
export class OptionError extends Error {
  override readonly name = 'OptionError';

  /**
   * @param option the canonical name, for example `state-dir`; as it was given, if there is none such
   * @param expected ends the sentence "expected ..."
   * @param given the value as it was given; undefined: none
   */
  constructor(
    readonly option: string,
    readonly expected: string,
    readonly given: unknown,
    message = `option ${option}: expected ${expected}, got ${quoted(given)}`,
  ) {
    super(message);
  }
}

/** A given value on one line, short enough for a message. */
export function quoted(given: unknown): string {
  if (given === undefined) return 'nothing';
  const text = inspect(given, { depth: 1, breakLength: Infinity, maxStringLength: 100 });
  return text.length > 120 ? `${text.slice(0, 117)}...` : text;
}

/** Says that there is no option of this name, and which of `names` may have been meant. */
export function unknownOption(name: string, names: Iterable<string>): OptionError {
  const message = `unknown option ${name}${didYouMean(name, names)}`;
  return new OptionError(name, 'an option that exists', undefined, message);
}
