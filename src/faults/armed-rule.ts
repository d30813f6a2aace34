import type { CallSubject } from './call-subject.js';
import { callTest } from './call-test.js';
import type { Failure, FaultRule, Selection } from './fault-rule.js';
import type { ListedRule } from './fault-rules.js';
import { selector } from './selector.js';
import { textTest, type TextTest } from './text-pattern.js';

/** A rule that acts, with its counts. */
export interface ArmedRule extends ListedRule {
  readonly is: FaultRule;
  /** Counts the call if it is meant, and says how to act on it; undefined: not at all. */
  take(call: CallSubject): Firing | undefined;
  /** Ends what it simulates. */
  disarm(): void;
}

export interface Firing {
  /** What the call is to fail with, if the rule is one that fails calls. */
  readonly failure: Failure | undefined;
}

/** Where rules have the driver pretend something, until the returned function is called. */
export interface Pretence {
  makeAbnormal(concerns: (volumeId: string) => boolean, message: string): () => void;
  makeFull(concerns: (kind: string) => boolean): () => void;
}

/** The rule acts, and what needs no call to begin has begun. */
export function armedRule(
  rule: FaultRule,
  { id, from }: Pick<ListedRule, 'id' | 'from'>,
  pretence: Pretence,
  volumeName: (volumeId: string) => string | undefined,
): ArmedRule {
  const isMeant = callTest(rule.calls);
  const isSelected = selector(rule.selection);
  /** What is simulated, by what it is simulated for. */
  const simulated = new Map<string, () => void>();
  const counts = { matched: 0, fired: 0, answered: 0 };

  const isStanding = rule.calls.isAny && isEvery(rule.selection);
  if (isStanding) {
    const { volume } = rule.calls;
    simulate('every volume', volume === undefined ? () => true : textTest(volume));
  }

  /** `volumes` are known by id or by name. */
  function simulate(what: string, volumes: TextTest): void {
    const { abnormal, full } = rule;
    if (abnormal !== undefined) {
      const concerns = (volumeId: string): boolean =>
        volumes(volumeId) || volumes(volumeName(volumeId) ?? volumeId);
      once(what, () => pretence.makeAbnormal(concerns, abnormal));
    }
    if (full !== undefined) {
      const concerns = (kind: string): boolean => full === 'all' || full.includes(kind);
      once('capacity', () => pretence.makeFull(concerns));
    }
  }

  function once(what: string, begin: () => () => void): void {
    if (!simulated.has(what)) simulated.set(what, begin());
  }

  /** Undefined where a sequence is over, or lets this call pass. */
  function failure(): Failure | undefined {
    if (rule.end?.kind !== 'fail') return undefined;
    const { answers, isSequence } = rule.end;
    const answer = answers[isSequence ? counts.answered : 0];
    counts.answered += 1;
    return answer === 'OK' ? undefined : answer;
  }

  return {
    id,
    from,
    is: rule,
    rule: rule.written,
    get matched() {
      return counts.matched;
    },
    get fired() {
      return counts.fired;
    },
    take(call) {
      if (!isMeant(call)) return undefined;
      counts.matched += 1;
      if (!isSelected()) return undefined;
      const found = failure();
      if (rule.end?.kind === 'fail' && found === undefined) return undefined;
      counts.fired += 1;
      const { volumeNames } = call;
      if (!isStanding) simulate(`volume ${volumeNames[0]}`, (name) => volumeNames.includes(name));
      return { failure: found };
    },
    disarm() {
      for (const end of simulated.values()) end();
      simulated.clear();
    },
  };
}

function isEvery({ nth, first, every, probability }: Selection): boolean {
  return [nth, first, every, probability].every((each) => each === undefined);
}
