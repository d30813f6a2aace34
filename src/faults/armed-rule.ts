import type { CallSubject } from './call-subject.js';
import { callTest } from './call-test.js';
import type { Failure, FaultRule, Selection } from './fault-rule.js';
import type { ListedRule } from './listed-rule.js';
import { selector } from './selector.js';
import { textTest, type TextTest } from './text-pattern.js';
import { volumeSet } from './volume-set.js';

/** A rule that acts, with its counts. */
export interface ArmedRule extends ListedRule {
  readonly is: FaultRule;
  /** Counts the call if it is meant, and says how to act on it; undefined: not at all. */
  take(call: CallSubject): Firing | undefined;
  /** Says that an expression of the rule took too long and matches no more. */
  outOfTime(): void;
  /** Ends what it simulates. */
  disarm(): void;
}

/** What rules need of the driver on whose calls they act. */
export interface RuleSite {
  readonly pretence: Pretence;
  /** The name of a volume by its id; undefined where there is none. */
  readonly volumeName: (volumeId: string) => string | undefined;
  /** Told of each expression that took too long and matches no more, by the id of its rule. */
  readonly outOfTime: (ruleId: string) => void;
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
  { pretence, volumeName, outOfTime }: RuleSite,
): ArmedRule {
  const isMeant = callTest(rule.calls, () => outOfTime(id));
  const isSelected = selector(rule.selection);
  /** The volumes of the calls on which it acted. */
  const acted = volumeSet(volumeName);
  /** What ends what is simulated; undefined while nothing is. */
  let simulated: readonly (() => void)[] | undefined;
  const counts = { matched: 0, fired: 0, answered: 0 };

  const isStanding = rule.calls.isAny && isEvery(rule.selection);
  if (isStanding) {
    const { volume } = rule.calls;
    const test: TextTest =
      volume === undefined ? () => true : textTest(volume, () => outOfTime(id));
    simulate((volumeId) => test(volumeId) || test(volumeName(volumeId) ?? volumeId));
  }

  function simulate(concerns: (volumeId: string) => boolean): void {
    const { abnormal, full } = rule;
    simulated ??= [
      ...(abnormal === undefined ? [] : [pretence.makeAbnormal(concerns, abnormal)]),
      ...(full === undefined
        ? []
        : [pretence.makeFull((kind) => full === 'all' || full.includes(kind))]),
    ];
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
      if (!isStanding) {
        if (rule.abnormal !== undefined) acted.add(call.volumeId, call.volumeNames);
        simulate(acted.has);
      }
      return { failure: found };
    },
    outOfTime: () => outOfTime(id),
    disarm() {
      for (const end of simulated ?? []) end();
      simulated = undefined;
    },
  };
}

function isEvery({ nth, first, every, probability }: Selection): boolean {
  return [nth, first, every, probability].every((each) => each === undefined);
}
