import type { Kind } from './kind.js';

/** The headings of the help, in its order. */
export const GROUPS = [
  'Where it listens and what it keeps',
  'What it is',
  'What it advertises',
  'Sizes',
  'How strict it is',
  'How it runs',
  'How it is watched and steered',
] as const;

/** What there is to say about an option beside its name. */
export interface Option<Value> {
  readonly group: (typeof GROUPS)[number];
  readonly kind: Kind<Value>;
  readonly help: string;
  /** As it would be given; one that depends on something else is `derived` instead. */
  readonly default?: string;
  /** The default in words, when it depends on something else. */
  readonly derived?: string;
  /** Other names on the command line. */
  readonly aliases?: readonly string[];
  /** Variables to read instead of the one with the option's name; the first that is set counts. */
  readonly env?: readonly string[];
}
