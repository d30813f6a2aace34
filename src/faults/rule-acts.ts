import { fieldValue, MessageValueError } from '../csi/message-value.js';
import { RPCS } from '../csi/rpc.js';
import { didYouMean } from '../options/nearest.js';
import { plain, type Blame, type Entry, type Located } from '../yaml/located.js';
import { knownKeys } from '../yaml/known-keys.js';
import type { Answer, End, Replacement } from './fault-rule.js';
import { findField } from './field-path.js';
import { code, count, text, yes } from './rule-value.js';

/** The keys of a rule that end the call, one at most. */
export const END_KEYS = ['fail', 'hang', 'drop', 'exit'] as const;

/** Of an exit; a shell says 137 of a process that SIGKILL ended. */
const MOST_EXIT_CODE = 255;

/** How the rule ends the call; undefined where it does not, or is wrong. */
export function readEnd(written: ReadonlyMap<string, Located>, blame: Blame): End | undefined {
  const [key, ...others] = END_KEYS.filter((each) => written.has(each));
  if (key === undefined) return undefined;
  for (const other of others) {
    const at = written.get(other)?.at;
    if (at !== undefined) blame(at, `${key} and ${other} both end the call: expected one of them`);
  }
  const value = written.get(key);
  if (value === undefined) return undefined;
  switch (key) {
    case 'fail':
      return readFail(value, blame);
    case 'hang':
    case 'drop':
      return yes(value, blame) && { kind: key };
    case 'exit': {
      const found = count(value, blame, { least: 0, most: MOST_EXIT_CODE });
      return found === undefined ? undefined : { kind: 'exit', code: found };
    }
  }
}

function readFail(value: Located, blame: Blame): End | undefined {
  const isSequence = value.kind === 'list';
  const answers = (isSequence ? value.items : [value]).map((item) => readAnswer(item, blame));
  if (answers.length === 0) return blame(value.at, 'expected the codes of some calls, one by one');
  if (!isSequence && answers[0] === 'OK') {
    return blame(value.at, 'OK is no failure; it can stand in a list of codes, one for each call');
  }
  return { kind: 'fail', answers: answers.filter((each) => each !== undefined), isSequence };
}

function readAnswer(value: Located, blame: Blame): Answer | undefined {
  if (value.kind === 'scalar') {
    const found = code(value, blame);
    return found === undefined || found === 'OK' ? found : { code: found, message: undefined };
  }
  const written = knownKeys(value, ['code', 'message'], 'a code, or {code, message}', blame);
  const [codeAt, messageAt] = [written?.get('code'), written?.get('message')];
  if (written !== undefined && codeAt === undefined) blame(value.at, 'the code is missing');
  const found = codeAt && code(codeAt, blame);
  if (found === undefined) return undefined;
  if (found === 'OK') return blame(value.at, 'OK takes no message: write OK alone');
  return { code: found, message: messageAt && text(messageAt, blame) };
}

/** The fields of the response that the rule replaces; every RPC that is meant must have them. */
export function readResponse(
  value: Located,
  rpcs: ReadonlySet<string>,
  blame: Blame,
): readonly Replacement[] {
  if (value.kind !== 'map') {
    return blame(value.at, 'expected fields of the response with their new values') ?? [];
  }
  return value.entries
    .map((entry) => readReplacement(entry, rpcs, blame))
    .filter((each) => each !== undefined);
}

function readReplacement(
  { key, keyAt, value }: Entry,
  rpcs: ReadonlySet<string>,
  blame: Blame,
): Replacement | undefined {
  let replacement: Replacement | undefined;
  for (const rpc of rpcs) {
    const message = RPCS.get(rpc)?.response;
    const found = message && findField(key, message);
    if (found === undefined) continue;
    if ('wrong' in found) {
      const hint = didYouMean(found.wrong, found.expected);
      const name = JSON.stringify(key.slice(0, 100));
      return blame(keyAt, `the response of ${rpc} has no field ${name}${hint}`);
    }
    const { path, field, isInList } = found;
    if (isInList && field?.repeated !== true) {
      return blame(keyAt, 'lies in a list: expected the whole list, with its new value');
    }
    try {
      const type = field ?? { repeated: false, type: { kind: 'string' } as const };
      replacement = { path, value: fieldValue(plain(value), type, key) };
    } catch (error) {
      if (error instanceof MessageValueError) return blame(value.at, error.message);
      throw error;
    }
  }
  return replacement;
}

/** The kinds of capacity that the rule fills. */
export function readFull(value: Located, blame: Blame): 'all' | readonly string[] | undefined {
  if (value.kind === 'scalar' && value.value === true) return 'all';
  const items = value.kind === 'list' ? value.items : [value];
  const kinds = items.map((item) =>
    item.kind === 'scalar' && typeof item.value === 'string'
      ? item.value
      : blame(item.at, 'expected true, or the kinds of capacity to fill'),
  );
  return kinds.filter((kind) => kind !== undefined);
}
