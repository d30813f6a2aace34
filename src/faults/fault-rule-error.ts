import type { Mistake } from '../yaml/located.js';

const MOST_TOLD = 20;

/** A text of rules that cannot be used. The message has a line for every mistake, or for the first. */
export class FaultRuleError extends Error {
  override readonly name = 'FaultRuleError';

  /** The mistakes, not empty, in the order of the text; they quote no value that may be secret. */
  constructor(readonly mistakes: readonly Mistake[]) {
    const told = mistakes
      .slice(0, MOST_TOLD)
      .map(({ line, column, message }) => `line ${line}, column ${column}: ${message}`);
    const others = mistakes.length - told.length;
    super([...told, ...(others > 0 ? [`and ${others} more`] : [])].join('\n'));
  }
}
