import type { CheckResult } from '../check.js';
import type { ConformanceReport } from '../conformance.js';
import { COLUMNS } from '../spec-table.js';
import { advertisedLines } from './advertised.js';
import { printable } from '../../text/printable.js';
import { gridTitle, publishGrid, type GridCell } from './publish-grid.js';
import {
  deviatingByRule,
  families,
  readingsOf,
  summaryLine,
  tallyOf,
  untestableByReason,
  type Status,
} from './tally.js';

const MARKS: Readonly<Record<Status, string>> = {
  passed: '✓',
  failed: '✗',
  warned: '!',
  untestable: '–',
};

/** The codes of ECMA-48 for a colour or weight. */
const COLOURS = { passed: '32', failed: '31', warned: '33', untestable: '2', title: '1' } as const;

const MODE_WIDTH = 28;
const CELL_WIDTH = 17;

/** The report for a person at a terminal; whatever came from the driver is made harmless. */
export function textReport(
  report: ConformanceReport,
  { color = false }: { readonly color?: boolean } = {},
): string {
  const paint = (text: string, colour: keyof typeof COLOURS): string =>
    color ? `\u001B[${COLOURS[colour]}m${text}\u001B[0m` : text;
  const { results } = report;
  const sections = [
    [paint('Driver', 'title'), ...driverLines(report)],
    grid(),
    [paint('Families', 'title'), ...familyLines()],
    titled('Deviations', deviationLines()),
    titled('How it reads the spec where that is open', readingLines(results)),
    titled('Could not be tried', untestableLines(results)),
    titled(
      'Left behind',
      report.leftBehind.map((left) => `  ${paint(MARKS.warned, 'warned')} ${printable(left)}`),
    ),
    [paint(summaryLine(report), 'title')],
  ];
  return `${sections
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n')}\n`;

  function titled(title: string, lines: readonly string[]): readonly string[] {
    return lines.length === 0 ? [] : [paint(title, 'title'), ...lines];
  }

  function grid(): readonly string[] {
    const rows = publishGrid(report);
    if (rows.length === 0) return [];
    const header = COLUMNS.map((column) => column.padEnd(CELL_WIDTH)).join('');
    return [
      paint(gridTitle(report), 'title'),
      `  ${' '.repeat(MODE_WIDTH)}${header.trimEnd()}`,
      ...rows.map(({ mode, cells }) => `  ${mode.padEnd(MODE_WIDTH)}${cells.map(cell).join('')}`),
      `  ${MARKS.passed} as the table has it, ${MARKS.failed} not, ${MARKS.warned} not, in a SHOULD, ` +
        `${MARKS.untestable} could not be tried; samples passed/tried`,
    ].map((line) => line.trimEnd());
  }

  function cell({ status, passed, tried }: GridCell): string {
    const text = tried === 0 ? MARKS[status] : `${MARKS[status]} ${passed}/${tried}`;
    return paint(text, status) + ' '.repeat(CELL_WIDTH - text.length);
  }

  function familyLines(): readonly string[] {
    return [...families(results)].map(([family, members]) => {
      const { passed, failed, warned, untestable } = tallyOf(members);
      const counts = [
        paint(`${passed} passed`, passed > 0 ? 'passed' : 'untestable'),
        ...(failed > 0 ? [paint(`${failed} failed`, 'failed')] : []),
        ...(warned > 0 ? [paint(`${warned} warned`, 'warned')] : []),
        ...(untestable > 0 ? [paint(`${untestable} could not be tried`, 'untestable')] : []),
      ];
      return `  ${family.padEnd(MODE_WIDTH)}${counts.join(', ')}`;
    });
  }

  function deviationLines(): readonly string[] {
    return [...deviatingByRule(results)].flatMap(([rule, found]) => [
      `  ${rule}`,
      ...found.flatMap(({ check, status, deviations, reason }) => [
        `    ${paint(`${MARKS[status]} ${check.id}`, status)} (${check.level})`,
        ...deviations.flatMap(({ sent, came, wanted }) => [
          `        sent ${printable(sent)}`,
          `        came ${printable(came)}; wanted ${printable(wanted)}`,
        ]),
        ...(reason === undefined ? [] : [`        then ${printable(reason)}`]),
      ]),
    ]);
  }
}

function driverLines(report: ConformanceReport): readonly string[] {
  const { name, version } = report.driver;
  return [
    `  ${printable(name)} ${printable(version)}`.trimEnd(),
    ...advertisedLines(report).map(([title, list]) => `  ${title.padEnd(12)}${printable(list)}`),
  ];
}

function readingLines(results: readonly CheckResult[]): readonly string[] {
  return [...readingsOf(results)].map(
    ([reading, seen]) => `  ${printable(reading)} (${idsOf(seen, 1)})`,
  );
}

function untestableLines(results: readonly CheckResult[]): readonly string[] {
  return [...untestableByReason(results)].flatMap(([reason, untried]) => [
    `  ${MARKS.untestable} ${printable(reason)}`,
    `      ${idsOf(untried, 2)}`,
  ]);
}

/** The first `most` ids, and how many more there are. */
function idsOf(results: readonly CheckResult[], most: number): string {
  const ids = results.slice(0, most).map(({ check }) => check.id);
  const more = results.length - ids.length;
  return ids.join(', ') + (more > 0 ? ` and ${more} more` : '');
}
