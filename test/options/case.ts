import type { Options } from '../../src/options.js';

/** What an option takes and refuses. */
export interface Case {
  /** What is written, and what comes out: of the field itself, or of the options named. */
  readonly good: readonly (readonly [
    text: string,
    result: Partial<Record<keyof Options, unknown>>,
  ])[];
  readonly bad: readonly string[];
  /** Part of what the error says was expected. */
  readonly expected: string;
}
