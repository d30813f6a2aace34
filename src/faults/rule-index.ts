import { isHidden } from '../csi/hidden-field.js';
import type { ArmedRule } from './armed-rule.js';
import type { CallSubject } from './call-subject.js';
import type { CallPattern } from './fault-rule.js';
import { textsAt } from './field-path.js';
import { textTest, type TextPattern, type TextTest } from './text-pattern.js';

/** The rules for the calls of one RPC, so that most of those for other calls are never looked at. */
export interface RuleIndex {
  /** In the order in which they are looked at. */
  readonly all: readonly ArmedRule[];
  /** In the same order, all that can be meant for the call, with some that are not. */
  candidates(call: CallSubject): readonly ArmedRule[];
}

/** Texts are anybody's, so that no more of them than this are remembered, and none that is longer. */
const MOST_KNOWN = 1000;
/** In characters. */
const LONGEST_KNOWN = 256;

type TextsOf = (call: CallSubject) => readonly string[];

/** Rules that name a text of the call: its volume, its node, or a field. */
interface Shelf {
  readonly textsOf: TextsOf;
  put(rule: ArmedRule, pattern: TextPattern): void;
  /** Those that mean a text. */
  find(text: string): readonly ArmedRule[];
}

export function ruleIndex(all: readonly ArmedRule[]): RuleIndex {
  const shelves = new Map<string, Shelf>();
  const others: ArmedRule[] = [];
  const places = new Map(all.map((rule, place) => [rule, place]));
  for (const rule of all) {
    const named = firstNamed(rule.is.calls);
    if (named === undefined) {
      others.push(rule);
      continue;
    }
    const found = shelves.get(named.what) ?? shelf(named.textsOf, !named.isSecret);
    shelves.set(named.what, found);
    found.put(rule, named.pattern);
  }
  return {
    all,
    candidates(call) {
      const found: ArmedRule[] = [];
      for (const { textsOf, find } of shelves.values()) {
        for (const text of textsOf(call)) found.push(...find(text));
      }
      if (found.length === 0) return others;
      // One that is found by two texts is to be looked at once.
      const merged = [...new Set([...found, ...others])];
      return merged.toSorted((a, b) => (places.get(a) ?? 0) - (places.get(b) ?? 0));
    },
  };
}

interface Named {
  readonly what: string;
  readonly textsOf: TextsOf;
  readonly pattern: TextPattern;
  readonly isSecret: boolean;
}

/** What a rule is looked up by; the other things that it names are tested then. */
function firstNamed({ volume, node, request: [condition] }: CallPattern): Named | undefined {
  if (volume !== undefined) {
    return { what: 'volume', textsOf: volumeNames, pattern: volume, isSecret: false };
  }
  if (condition !== undefined) {
    const { path, pattern } = condition;
    const textsOf: TextsOf = ({ request }) => textsAt(request, path);
    const what = `request ${path.join('.')}`;
    return { what, textsOf, pattern, isSecret: path.some(isHidden) };
  }
  return node && { what: 'node', textsOf: nodeIds, pattern: node, isSecret: false };
}

const volumeNames: TextsOf = (call) => call.volumeNames;

const nodeIds: TextsOf = ({ nodeId }) => (nodeId === undefined ? [] : [nodeId]);

/** Remembers, if it may, what it found: the calls of a volume's life have the same texts. */
function shelf(textsOf: TextsOf, remembers: boolean): Shelf {
  const exact = new Map<string, ArmedRule[]>();
  const tested: { readonly rule: ArmedRule; readonly test: TextTest }[] = [];
  const known = new Map<string, readonly ArmedRule[]>();

  function look(text: string): readonly ArmedRule[] {
    const found = exact.get(text) ?? [];
    if (tested.length === 0) return found;
    const matching = tested.filter(({ test }) => test(text)).map(({ rule }) => rule);
    const all = [...found, ...matching];
    if (remembers && text.length <= LONGEST_KNOWN) {
      if (known.size >= MOST_KNOWN) known.clear();
      known.set(text, all);
    }
    return all;
  }

  return {
    textsOf,
    put(rule, pattern) {
      if (pattern.kind !== 'equals') {
        tested.push({ rule, test: textTest(pattern, rule.outOfTime) });
        return;
      }
      const found = exact.get(pattern.text);
      if (found === undefined) exact.set(pattern.text, [rule]);
      else found.push(rule);
    },
    find: (text) => known.get(text) ?? look(text),
  };
}
