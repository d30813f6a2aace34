import type { Code } from '../csi/status.js';
import type { FieldPath } from './field-path.js';
import type { TextPattern } from './text-pattern.js';

/** A rule as it was written, checked: which calls it is meant for, on which of them it acts, and how. */
export interface FaultRule {
  /** Undefined where the rule gives none. */
  readonly id: string | undefined;
  readonly calls: CallPattern;
  readonly selection: Selection;
  /** After: only once the driver did what was asked; a call that it refused is not meant. */
  readonly when: 'before' | 'after';
  readonly delayMs: number;
  /** How the call ends, if not as the driver answers. */
  readonly end: End | undefined;
  readonly response: readonly Replacement[];
  /** Why the volume is reported as abnormal from then on. */
  readonly abnormal: string | undefined;
  /** The kinds of which nothing is left from then on. */
  readonly full: 'all' | readonly string[] | undefined;
  /** As plain JSON, with what it says about secrets hidden. */
  readonly written: Readonly<Record<string, unknown>>;
}

/** What must be true of a call. */
export interface CallPattern {
  /** The names of the RPCs that can be meant: those that have the fields which the rule names. */
  readonly rpcs: ReadonlySet<string>;
  /** Of the volume's id or name. */
  readonly volume: TextPattern | undefined;
  readonly node: TextPattern | undefined;
  readonly request: readonly FieldCondition[];
  /** Whether the rule says nothing but a volume, so that what it simulates needs no call to begin. */
  readonly isAny: boolean;
}

export interface FieldCondition {
  readonly path: FieldPath;
  readonly pattern: TextPattern;
}

/** On which of the calls that it is meant for a rule acts; all that are given must agree. */
export interface Selection {
  /** The n-th call alone. */
  readonly nth: number | undefined;
  readonly first: number | undefined;
  /** Every k-th call. */
  readonly every: number | undefined;
  /** From 0 to 1. */
  readonly probability: number | undefined;
  /** Of the row of numbers that the probability is held against. */
  readonly seed: number;
}

export type End =
  /** Each time the next answer, where there are several, and none after the last; else always the one. */
  | { readonly kind: 'fail'; readonly answers: readonly Answer[]; readonly isSequence: boolean }
  | { readonly kind: 'hang' }
  | { readonly kind: 'drop' }
  | { readonly kind: 'exit'; readonly code: number };

export type Answer = 'OK' | Failure;

export interface Failure {
  readonly code: Code;
  /** Undefined: that of the rule. */
  readonly message: string | undefined;
}

/** A field of the response with its new value, as messages are serialized. */
export interface Replacement {
  readonly path: FieldPath;
  readonly value: unknown;
}
