import { armedRule, type ArmedRule, type RuleSite } from './armed-rule.js';
import type { ListedRule } from './listed-rule.js';
import { ruleIndex, type RuleIndex } from './rule-index.js';
import { readRules } from './rule-text.js';

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

/** The rules with what those need who load them from a file, and who act by them. */
export interface ActingRules extends FaultRules {
  /** Puts the rules of a text in the place of those of the file. Throws as `replace` does. */
  load(text: string): void;
  /** The rules that can be meant for the calls of an RPC; undefined where there are none. */
  of(rpc: string): RulesOfRpc | undefined;
}

export interface RulesOfRpc {
  readonly before: RuleIndex;
  readonly after: RuleIndex;
}

/** No rules yet. */
export function noFaultRules(site: RuleSite): ActingRules {
  let rules: readonly ArmedRule[] = [];
  let byRpc: ReadonlyMap<string, RulesOfRpc> = new Map();
  let unnamed = 0;

  const arm = (text: string, from: ListedRule['from'], beside: readonly ArmedRule[]): ArmedRule[] =>
    readRules(text, new Set(beside.map(({ id }) => id))).map((rule, place) => {
      const id = rule.id ?? (from === 'file' ? `file-${place + 1}` : `rule-${(unnamed += 1)}`);
      return armedRule(rule, { id, from }, site);
    });

  /** Those that are not kept end what they simulate. */
  function become(next: readonly ArmedRule[]): void {
    for (const rule of rules) if (!next.includes(rule)) rule.disarm();
    rules = next;
    byRpc = sorted(next);
  }

  const runtime = () => rules.filter(({ from }) => from === 'runtime');

  return {
    list: () =>
      rules.map(({ id, from, rule, matched, fired }) => ({ id, from, rule, matched, fired })),
    of: (rpc) => byRpc.get(rpc),
    load: (text) => become([...arm(text, 'file', runtime()), ...runtime()]),
    add(text) {
      const added = arm(text, 'runtime', rules);
      become([...rules, ...added]);
      return ids(added);
    },
    remove(id) {
      const kept = rules.filter((rule) => rule.id !== id);
      const isThere = kept.length < rules.length;
      become(kept);
      return isThere;
    },
    clear: () => become([]),
    replace(text) {
      const all = arm(text, 'runtime', []);
      become(all);
      return ids(all);
    },
  };
}

function ids(rules: readonly ArmedRule[]): readonly string[] {
  return rules.map(({ id }) => id);
}

function sorted(rules: readonly ArmedRule[]): ReadonlyMap<string, RulesOfRpc> {
  const byRpc = new Map<string, Record<'before' | 'after', ArmedRule[]>>();
  for (const rule of rules) {
    for (const rpc of rule.is.calls.rpcs) {
      const of = byRpc.get(rpc) ?? { before: [], after: [] };
      byRpc.set(rpc, of);
      of[rule.is.when].push(rule);
    }
  }
  return new Map(
    [...byRpc].map(([rpc, { before, after }]) => [
      rpc,
      { before: ruleIndex(before), after: ruleIndex(after) },
    ]),
  );
}
