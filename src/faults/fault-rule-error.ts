import type { Mistake } from '../yaml/located.js';

/** A text of rules that cannot be used. The message has a line for every mistake. */
export class FaultRuleError extends Error {
  override readonly name = 'FaultRuleError';

  /** The mistakes, not empty, in the order of the text; they quote no value that may be secret. */
  constructor(readonly mistakes: readonly Mistake[]) {
    super(
      mistakes
        .map(({ line, column, message }) => `line ${line}, column ${column}: ${message}`)
        .join('\n'),
    );
  }
}
