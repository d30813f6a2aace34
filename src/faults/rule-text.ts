import { isHidden, REDACTED } from '../csi/hidden-field.js';
import { locate, plain, type Blame, type Located, type Mistake } from '../yaml/located.js';
import { knownKeys } from '../yaml/known-keys.js';
import { FaultRuleError } from './fault-rule-error.js';
import type { FaultRule, Selection } from './fault-rule.js';
import { END_KEYS, readEnd, readFull, readResponse } from './rule-acts.js';
import { CALL_KEYS, readCalls } from './rule-calls.js';
import { count, duration, fraction, text } from './rule-value.js';

/** In bytes: what is read from a file or sent to a driver; as much as a ConfigMap holds. */
export const LONGEST_RULES = 2 ** 20;

const SELECTION_KEYS = ['nth', 'first', 'every', 'probability', 'seed'] as const;
const ACT_KEYS = ['delay', ...END_KEYS, 'response', 'abnormal', 'full'] as const;
const KEYS = ['id', ...CALL_KEYS, ...SELECTION_KEYS, 'when', ...ACT_KEYS] as const;

type Written = ReadonlyMap<(typeof KEYS)[number], Located>;

/**
 * Reads rules in YAML or JSON: a list of them, or one alone. Throws a FaultRuleError that has all
 * mistakes. `taken` are ids that no rule may have.
 */
export function readRules(
  written: string,
  taken: ReadonlySet<string> = new Set(),
): readonly FaultRule[] {
  const mistakes: Mistake[] = [];
  const blame: Blame = (at, message) => {
    mistakes.push({ ...at, message });
    return undefined;
  };
  const found = locate(written, blame);
  const items =
    found === undefined || isNothing(found) ? [] : found.kind === 'list' ? found.items : [found];
  const ids = new Set(taken);
  const rules = items.map((item) => readRule(item, ids, blame));
  if (mistakes.length > 0) {
    throw new FaultRuleError(mistakes.toSorted((a, b) => a.line - b.line || a.column - b.column));
  }
  return rules.filter((rule) => rule !== undefined);
}

function isNothing(value: Located): boolean {
  return value.kind === 'scalar' && value.value === null;
}

function readRule(value: Located, ids: Set<string>, blame: Blame): FaultRule | undefined {
  const written: Written | undefined = knownKeys(value, KEYS, 'a rule, or a list of rules', blame);
  if (written === undefined) return undefined;
  if (!ACT_KEYS.some((key) => written.has(key))) {
    return blame(value.at, `the rule does nothing: expected one of ${ACT_KEYS.join(', ')}`);
  }
  const calls = readCalls(written, blame);
  const response = written.get('response');
  const [delay, abnormal, full] = (['delay', 'abnormal', 'full'] as const).map((key) =>
    written.get(key),
  );
  return {
    id: readId(written.get('id'), ids, blame),
    calls,
    selection: readSelection(written, blame),
    when: readWhen(written, blame),
    delayMs: (delay && duration(delay, blame)) ?? 0,
    end: readEnd(written, blame),
    response: response && written.has('rpc') ? readResponse(response, calls.rpcs, blame) : [],
    abnormal: abnormal && text(abnormal, blame),
    full: full && readFull(full, blame),
    written: Object.fromEntries(
      [...written].map(([key, inner]) => [key, withoutHidden(plain(inner))]),
    ),
  };
}

function readId(value: Located | undefined, ids: Set<string>, blame: Blame): string | undefined {
  if (value === undefined) return undefined;
  const id = text(value, blame);
  if (id === undefined) return undefined;
  if (!/^[a-z0-9]([-a-z0-9_.]{0,61}[a-z0-9])?$/i.test(id)) {
    return blame(value.at, 'expected at most 63 letters, digits, dashes, underscores and dots');
  }
  // What rules without an id are called.
  if (/^(rule|file)-[0-9]+$/.test(id)) return blame(value.at, 'is kept for rules that have no id');
  if (ids.has(id)) return blame(value.at, 'another rule has this id');
  ids.add(id);
  return id;
}

function readSelection(written: Written, blame: Blame): Selection {
  const least = (key: 'nth' | 'first' | 'every' | 'seed', from: number): number | undefined => {
    const value = written.get(key);
    return value && count(value, blame, { least: from, most: Number.MAX_SAFE_INTEGER });
  };
  const [probability, seed] = [written.get('probability'), written.get('seed')];
  if (seed !== undefined && probability === undefined) {
    blame(seed.at, 'is for rules with a probability');
  }
  return {
    nth: least('nth', 1),
    first: least('first', 1),
    every: least('every', 1),
    probability: probability && fraction(probability, blame),
    seed: least('seed', 0) ?? 0,
  };
}

function readWhen(written: Written, blame: Blame): 'before' | 'after' {
  const value = written.get('when');
  const given = value?.kind === 'scalar' ? value.value : undefined;
  if (value !== undefined && given !== 'before' && given !== 'after') {
    blame(value.at, 'expected before or after');
  }
  const response = written.get('response');
  if (response === undefined) return given === 'after' ? 'after' : 'before';
  if (!written.has('rpc')) blame(response.at, 'needs an rpc, which says what fields there are');
  if (value !== undefined && given === 'before') {
    blame(value.at, 'there is no response before: leave it out, or write after');
  }
  const end = END_KEYS.find((key) => written.has(key));
  if (end !== undefined) blame(response.at, `reaches nobody: ${end} ends the call`);
  return 'after';
}

/** As plain JSON for people to read, without the values that are secret. */
function withoutHidden(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutHidden);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([path, inner]: [string, unknown]) => {
      return [path, hides(path) ? REDACTED : withoutHidden(inner)];
    }),
  );
}

/** Whether any name of a path is hidden; the key of a map, which ends a path, may have dots. */
function hides(path: string): boolean {
  const names = path.split('.');
  return names.some((name, index) => isHidden(name) || isHidden(names.slice(index).join('.')));
}
