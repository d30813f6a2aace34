/** The fault rules of a driver, while it runs. They act on every call from the moment they are in. */
export interface FaultRules {
  /** In the order in which they are looked at: those of the file, then those that were added. */
  list(): readonly ListedRule[];
  /**
   * Adds the rules of a text, YAML or JSON in the format of the file, after those that are there; they
   * stay until they are removed. Answers their ids. Throws a FaultRuleError with nothing added.
   */
  add(text: string): readonly string[];
  /** Whether there was a rule of this id; it is gone now, with what it simulates. */
  remove(id: string): boolean;
  /** Removes all rules, those of the file too, until the file changes. */
  clear(): void;
  /** Puts the rules of a text in the place of all. Throws a FaultRuleError with nothing changed. */
  replace(text: string): readonly string[];
}

/** A rule with what has come of it. */
export interface ListedRule {
  /** As the rule gives it, else `rule-1` and on. */
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
