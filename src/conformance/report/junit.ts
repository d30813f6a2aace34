import type { CheckResult } from '../check.js';
import type { ConformanceReport } from '../conformance.js';
import { printable } from '../../text/printable.js';
import { families, tallyOf } from './tally.js';

/**
 * JUnit XML: a suite for each family, a case for each check. What could not be tried is skipped with
 * its reason; a warning passes and says so in its output.
 */
export function junitReport(report: ConformanceReport): string {
  const { results, driver, leftBehind } = report;
  const left = leftBehind.map((text) => `left behind: ${printable(text)}`);
  const interrupted = report.interrupted ? ['interrupted before all checks were made'] : [];
  const remarks = [...left, ...interrupted];
  const suites = [...families(results)].map(([family, members], index) => [
    `  <testsuite name=${quoted(family)}${counts(members)} errors="0" time=${seconds(total(members))}>`,
    ...members.map((result) => testCase(result, driver.name)),
    // A suite may have output, the document may not.
    ...(index === 0 && remarks.length > 0 ? [`    ${output('system-err', remarks)}`] : []),
    '  </testsuite>',
  ]);
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name=${quoted(`CSI conformance of ${driver.name} ${driver.version}`)}${counts(results)} time=${seconds(report.ms)}>`,
    ...suites.flat(),
    '</testsuites>',
    '',
  ].join('\n');
}

function testCase({ check, status, deviations, reason, ms }: CheckResult, driver: string): string {
  const start = `    <testcase classname=${quoted(driver)} name=${quoted(check.id)} time=${seconds(ms)}`;
  if (status === 'passed') return `${start}/>`;
  const rule = `${check.section} (${check.level}, since ${check.since}): ${check.rule}`;
  const lines = [
    rule,
    ...deviations.map(
      ({ sent, came, wanted }) =>
        `sent: ${printable(sent)}; came: ${printable(came)}; wanted: ${printable(wanted)}`,
    ),
  ];
  const [, first = rule] = lines;
  const content =
    status === 'untestable'
      ? `<skipped message=${quoted(reason ?? '')}/>`
      : status === 'failed'
        ? `<failure type="${check.level}" message=${quoted(first)}>${xml(lines.join('\n'))}</failure>`
        : output('system-out', ['warning', ...lines]);
  return `${start}>\n      ${content}\n    </testcase>`;
}

function output(element: string, lines: readonly string[]): string {
  return `<${element}>${xml(lines.join('\n'))}</${element}>`;
}

function counts(results: readonly CheckResult[]): string {
  const { failed, untestable } = tallyOf(results);
  return ` tests="${results.length}" failures="${failed}" skipped="${untestable}"`;
}

function total(results: readonly CheckResult[]): number {
  return results.reduce((sum, { ms }) => sum + ms, 0);
}

function seconds(ms: number): string {
  return `"${(ms / 1000).toFixed(3)}"`;
}

function quoted(text: string): string {
  return `"${xml(printable(text))}"`;
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
};

function xml(text: string): string {
  return text.replaceAll(/[&<>"']/g, (character) => ENTITIES[character] ?? character);
}
