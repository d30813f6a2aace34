/** Something wrong in a text of rules, for the person who wrote it. */
export interface Mistake {
  /** From 1. */
  readonly line: number;
  /** From 1. */
  readonly column: number;
  /** Quotes no value that may be secret. */
  readonly message: string;
}

/** A text of rules that cannot be used. The message has a line for every mistake. */
export class FaultRuleError extends Error {
  override readonly name = 'FaultRuleError';

  constructor(readonly mistakes: readonly Mistake[]) {
    super(
      mistakes
        .map(({ line, column, message }) => `line ${line}, column ${column}: ${message}`)
        .join('\n'),
    );
  }
}
