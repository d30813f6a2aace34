import type { CheckResult } from '../check.js';
import type { ConformanceReport } from '../conformance.js';
import { printable } from '../../text/printable.js';

/**
 * TAP version 14. What could not be tried is SKIP with its reason; a SHOULD that is not followed is
 * TODO, which TAP does not count as a failure.
 */
export function tapReport(report: ConformanceReport): string {
  const { driver, results, leftBehind, interrupted } = report;
  return [
    'TAP version 14',
    `# CSI conformance of ${printable(`${driver.name} ${driver.version}`)}`,
    `1..${results.length}`,
    ...results.flatMap((result, index) => lines(result, index + 1)),
    ...leftBehind.map((left) => `# left behind: ${printable(left)}`),
    ...(interrupted ? ['Bail out! interrupted before all checks were made'] : []),
    '',
  ].join('\n');
}

function lines({ check, status, deviations, reason }: CheckResult, number: number): string[] {
  const point = `${number} - ${escaped(check.id)}`;
  if (status === 'passed') return [`ok ${point}`];
  if (status === 'untestable') return [`ok ${point} # SKIP ${escaped(printable(reason ?? ''))}`];
  return [
    `not ok ${point}${status === 'warned' ? ' # TODO the driver does not follow a SHOULD' : ''}`,
    '  ---',
    `  section: ${scalar(check.section)}`,
    `  level: ${check.level}`,
    `  rule: ${scalar(check.rule)}`,
    '  deviations:',
    ...deviations.flatMap(({ sent, came, wanted }) => [
      `    - sent: ${scalar(sent)}`,
      `      came: ${scalar(came)}`,
      `      wanted: ${scalar(wanted)}`,
    ]),
    '  ...',
  ];
}

/** A description or reason: an unescaped hash would begin a directive. */
function escaped(text: string): string {
  return text.replaceAll(/[\\#]/g, String.raw`\$&`);
}

/** A JSON string is a YAML scalar. */
function scalar(text: string): string {
  return JSON.stringify(printable(text));
}
