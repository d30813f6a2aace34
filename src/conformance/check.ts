import type { Deviation } from './deviation.js';
import type { Subject } from './subject.js';
import type { Trial } from './trial.js';

/** One rule of the spec, tried on a driver. */
export interface Check {
  /** Stable, for lists of known deviations: `publish/other-target/SINGLE_NODE_WRITER`. */
  readonly id: string;
  /** What is tried, in one line. */
  readonly title: string;
  /** The section of the spec that the rule stands in. */
  readonly section: string;
  /** The version of the spec that brought the rule. */
  readonly since: string;
  readonly level: 'MUST' | 'SHOULD';
  /** The sentence that the check rests on, in short words of our own. */
  readonly rule: string;
  /** Where in the tables of NodePublishVolume the check belongs, if it does. */
  readonly cell?: { readonly mode: string; readonly column: string };
  /** Why this driver cannot be tried, from what it advertises; undefined when it can. */
  untestable?(subject: Subject): string | undefined;
  /**
   * Tries it. Deviations are noted on the trial; throws Untestable when it turns out that it cannot
   * be tried.
   */
  run(trial: Trial): Promise<void>;
}

export interface CheckResult {
  readonly check: Pick<Check, 'id' | 'title' | 'section' | 'since' | 'level' | 'rule' | 'cell'>;
  /** `warned`: a SHOULD that the driver does not follow, unless strict. */
  readonly status: 'passed' | 'failed' | 'warned' | 'untestable';
  readonly deviations: readonly Deviation[];
  /** Why it could not be tried. */
  readonly reason?: string;
  /** Which reading the driver follows where the spec contradicts itself or leaves it open. */
  readonly readings: readonly string[];
  /** Milliseconds. */
  readonly ms: number;
}
