/** A rule with what has come of it. */
export interface ListedRule {
  /**
   * As the rule gives it. Else `file-1` and on, by its place in the file, or `rule-1` and on for rules
   * that were added.
   */
  readonly id: string;
  /** Whether it comes from the file or was added while the driver runs. */
  readonly from: 'file' | 'runtime';
  /** The rule as it was written, as plain JSON; what it says about secrets is hidden. */
  readonly rule: Readonly<Record<string, unknown>>;
  /** How many calls it was meant for. */
  readonly matched: number;
  /** How many of them it acted on. */
  readonly fired: number;
}
