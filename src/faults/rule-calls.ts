import type { FieldType } from '../csi/message-type.js';
import { fieldValue, MessageValueError } from '../csi/message-value.js';
import { RPCS, type Rpc } from '../csi/rpc.js';
import { didYouMean } from '../options/nearest.js';
import { type Blame, type Entry, type Located } from '../yaml/located.js';
import { namesNode, namesVolume } from './call-subject.js';
import type { CallPattern, FieldCondition } from './fault-rule.js';
import { findField, type FoundField } from './field-path.js';
import { pattern } from './rule-value.js';
import { textTest, type TextPattern } from './text-pattern.js';

/** The keys of a rule that say which calls are meant. */
export const CALL_KEYS = ['rpc', 'volume', 'node', 'request'] as const;

type Written = ReadonlyMap<string, Located>;

/** Reads which calls a rule is meant for; the RPCs that lack what the rule names are left out. */
export function readCalls(written: Written, blame: Blame): CallPattern {
  const [rpc, volume, node, request] = CALL_KEYS.map((key) => written.get(key));
  let rpcs = rpc === undefined ? [...RPCS.values()] : readRpcs(rpc, blame);
  const keep = (at: Located, has: (rpc: Rpc) => boolean, what: string): void => {
    const left = rpcs.filter(has);
    if (left.length === 0 && rpcs.length > 0) blame(at.at, `${listed(rpcs)} ${what}`);
    rpcs = left;
  };
  if (volume !== undefined) keep(volume, namesVolume, 'is about no volume');
  const abnormal = rpc && written.get('abnormal');
  if (abnormal !== undefined) keep(abnormal, namesVolume, 'is about no volume');
  if (node !== undefined) keep(node, namesNode, 'is about no node');
  const conditions: FieldCondition[] = [];
  if (request?.kind === 'map') {
    for (const entry of request.entries) {
      const condition = readCondition(entry, rpcs, blame);
      if (condition === undefined) continue;
      conditions.push(condition);
      rpcs = rpcs.filter((each) => isFound(findField(entry.key, each.request)));
    }
  } else if (request !== undefined) {
    blame(request.at, 'expected fields of the request with the values that they must have');
  }
  return {
    rpcs: new Set(rpcs.map(({ name }) => name)),
    volume: volume && pattern(volume, blame),
    node: node && pattern(node, blame),
    request: conditions,
    isAny: rpc === undefined && node === undefined && request === undefined,
  };
}

function readRpcs(value: Located, blame: Blame): readonly Rpc[] {
  const wanted = value.kind === 'list' ? value.items : [value];
  if (wanted.length === 0) blame(value.at, 'expected the name of an RPC');
  return wanted.flatMap((each) => {
    if (each.kind !== 'scalar') return blame(each.at, 'expected the name of an RPC') ?? [];
    const isMeant = textTest({ kind: 'glob', text: each.text });
    const found = [...RPCS.values()].filter(({ name }) => isMeant(name));
    if (found.length > 0) return found;
    const hint = didYouMean(each.text, RPCS.keys());
    return blame(each.at, `there is no RPC ${JSON.stringify(each.text.slice(0, 40))}${hint}`) ?? [];
  });
}

function readCondition(
  { key, keyAt, value }: Entry,
  rpcs: readonly Rpc[],
  blame: Blame,
): FieldCondition | undefined {
  const found = rpcs.map(({ request }) => findField(key, request));
  const there = found.find(isFound);
  if (there === undefined) {
    if (rpcs.length === 0) return undefined;
    // Of the requests, those that the path leads furthest into say best what was meant.
    const wrong = found.flatMap((each) => (isFound(each) ? [] : [each]));
    const furthest = Math.max(...wrong.map(({ depth }) => depth));
    const near = wrong.filter(({ depth }) => depth === furthest);
    const names = new Set(near.flatMap(({ expected }) => expected));
    const hint = didYouMean(near[0]?.wrong ?? key, names);
    const name = JSON.stringify(key.slice(0, 100));
    return blame(keyAt, `the request of ${listed(rpcs)} has no field ${name}${hint}`);
  }
  const meant = pattern(value, blame);
  if (meant === undefined) return undefined;
  const problem = there.field && unfit(meant, there.field);
  if (problem !== undefined) return blame(value.at, problem);
  return { path: there.path, pattern: meant };
}

/** Why no value of the field can have the text that is asked for; undefined where one can. */
function unfit(meant: TextPattern, field: FieldType): string | undefined {
  const { type } = field;
  if (meant.kind === 'any of') {
    return meant.patterns.map((each) => unfit(each, field)).find((each) => each !== undefined);
  }
  if (type.kind === 'map') return `is a map: write ${field.name}.<key>`;
  if (type.kind === 'message') {
    const isAsked = meant.kind === 'equals' && ['true', 'false'].includes(meant.text);
    return isAsked
      ? undefined
      : 'is a message: expected true or false, for there or not, or a field in it';
  }
  if (meant.kind !== 'equals') return undefined;
  const given = type.kind === 'bool' ? (BOOLEANS.get(meant.text) ?? meant.text) : meant.text;
  try {
    fieldValue(given, { repeated: false, type }, field.name);
    return undefined;
  } catch (error) {
    if (error instanceof MessageValueError) return error.message;
    throw error;
  }
}

const BOOLEANS: ReadonlyMap<string, boolean> = new Map([
  ['true', true],
  ['false', false],
]);

function isFound(found: ReturnType<typeof findField>): found is FoundField {
  return 'path' in found;
}

/** The RPCs by name, as the subject of a sentence. */
function listed(rpcs: readonly Rpc[]): string {
  return rpcs.length > 3 ? 'every RPC that is meant' : rpcs.map(({ name }) => name).join(', ');
}
