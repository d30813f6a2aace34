import type { CheckResult } from '../check.js';
import type { ConformanceReport } from '../conformance.js';

export type Status = CheckResult['status'];

/** How many checks ended in which way. */
export type Tally = Readonly<Record<Status, number>>;

export function tallyOf(results: readonly CheckResult[]): Tally {
  const tally = { passed: 0, failed: 0, warned: 0, untestable: 0 };
  for (const { status } of results) tally[status] += 1;
  return tally;
}

/** The beginning of a check's id: what its rules are about. */
export function familyOf({ check }: CheckResult): string {
  return check.id.split('/', 1)[0] ?? '';
}

/** The results by family, in their order. */
export function families(
  results: readonly CheckResult[],
): ReadonlyMap<string, readonly CheckResult[]> {
  return grouped(results, familyOf);
}

/** What could not be tried, by the reason. */
export function untestableByReason(
  results: readonly CheckResult[],
): ReadonlyMap<string, readonly CheckResult[]> {
  const untestable = results.filter(({ status }) => status === 'untestable');
  return grouped(untestable, ({ reason }) => reason ?? '');
}

/** The readings of the spec that the driver follows, each with the checks that it was seen in. */
export function readingsOf(
  results: readonly CheckResult[],
): ReadonlyMap<string, readonly CheckResult[]> {
  const read = new Map<string, CheckResult[]>();
  for (const result of results) {
    for (const reading of new Set(result.readings)) {
      read.set(reading, [...(read.get(reading) ?? []), result]);
    }
  }
  return read;
}

/** Results of checks that found a deviation. */
export function deviating(results: readonly CheckResult[]): readonly CheckResult[] {
  return results.filter(({ deviations }) => deviations.length > 0);
}

/** The same by the rule that they break, with its section. */
export function deviatingByRule(
  results: readonly CheckResult[],
): ReadonlyMap<string, readonly CheckResult[]> {
  return grouped(
    deviating(results),
    ({ check: { section, since, rule } }) => `${section}, since ${since}: ${rule}`,
  );
}

/** One line: `12 passed, 3 failed, 1 warned, 4 could not be tried; 20 checks in 2.1 s`. */
export function summaryLine({ results, ms, interrupted }: ConformanceReport): string {
  const { passed, failed, warned, untestable } = tallyOf(results);
  return (
    `${passed} passed, ${failed} failed, ${warned} warned, ${untestable} could not be tried; ` +
    `${results.length} checks in ${(ms / 1000).toFixed(1)} s` +
    (interrupted ? '; interrupted: the other checks were not made' : '')
  );
}

function grouped(
  results: readonly CheckResult[],
  keyOf: (result: CheckResult) => string,
): ReadonlyMap<string, readonly CheckResult[]> {
  const groups = new Map<string, CheckResult[]>();
  for (const result of results) {
    const key = keyOf(result);
    groups.set(key, [...(groups.get(key) ?? []), result]);
  }
  return groups;
}
