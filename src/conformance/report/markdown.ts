import type { CheckResult } from '../check.js';
import type { ConformanceReport } from '../conformance.js';
import { COLUMNS } from '../spec-table.js';
import { advertisedLines } from './advertised.js';
import { printable } from '../../text/printable.js';
import { gridTitle, publishGrid, type GridCell } from './publish-grid.js';
import {
  deviating,
  families,
  readingsOf,
  summaryLine,
  tallyOf,
  untestableByReason,
  type Status,
} from './tally.js';

const WORDS: Readonly<Record<Status, string>> = {
  passed: 'yes',
  failed: '**no**',
  warned: 'no (SHOULD)',
  untestable: '-',
};

/** For a README or an issue; headings begin at the third level, and no date is in it. */
export function markdownReport(report: ConformanceReport): string {
  const { driver, results } = report;
  const rows = publishGrid(report);
  const sections = [
    `### CSI v1.5 conformance of ${text(`${driver.name} ${driver.version}`)}`,
    `${summaryLine(report)}.`,
    table(
      ['service', 'advertises'],
      advertisedLines(report).map(([title, list]) => [title, text(list)]),
    ),
    ...(rows.length === 0
      ? []
      : [
          `#### ${gridTitle(report)}`,
          table(
            ['access mode', ...COLUMNS],
            rows.map(({ mode, cells }) => [mode, ...cells.map(cell)]),
          ),
          'Does the driver answer as the table has it? Samples passed/tried; - could not be tried.',
        ]),
    '#### Rules by family',
    table(
      ['family', 'passed', 'failed', 'warned', 'could not be tried'],
      [...families(results)].map(([family, members]) => {
        const { passed, failed, warned, untestable } = tallyOf(members);
        return [family, ...[passed, failed, warned, untestable].map(String)];
      }),
    ),
    ...deviationSection(results),
    ...listSection('How it reads the spec where that is open', [...readingsOf(results).keys()]),
    ...listSection(
      'Could not be tried',
      [...untestableByReason(results)].map(([reason, { length }]) => `${reason}: ${length}`),
    ),
    ...listSection('Left behind', report.leftBehind),
  ];
  return `${sections.join('\n\n')}\n`;
}

function cell({ status, passed, tried }: GridCell): string {
  return tried === 0 ? WORDS[status] : `${WORDS[status]} ${passed}/${tried}`;
}

function deviationSection(results: readonly CheckResult[]): readonly string[] {
  const found = deviating(results);
  if (found.length === 0) return [];
  const rows = found.flatMap(({ check, deviations }) =>
    deviations.map(({ sent, came, wanted }) => [
      `\`${check.id}\``,
      `${check.section} (${check.level}): ${text(check.rule)}`,
      text(sent),
      text(came),
      text(wanted),
    ]),
  );
  return ['#### Deviations', table(['check', 'spec', 'sent', 'came', 'wanted'], rows)];
}

function listSection(title: string, items: readonly string[]): readonly string[] {
  return items.length === 0
    ? []
    : [`#### ${title}`, items.map((item) => `- ${text(item)}`).join('\n')];
}

function table(header: readonly string[], rows: readonly (readonly string[])[]): string {
  return [header, header.map(() => '---'), ...rows]
    .map((cells) => `| ${cells.join(' | ')} |`)
    .join('\n');
}

/** Text that neither ends a cell nor is taken for Markdown or HTML. */
function text(given: string): string {
  return printable(given)
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll(/[\\`*_[\]|~]/g, String.raw`\$&`);
}
