import type { ConformanceReport } from '../conformance.js';
import { COLUMNS, MODES, type Column, type Mode } from '../spec-table.js';
import { tallyOf } from './tally.js';

/** A cell of the table of NodePublishVolume: how many samples were tried in it, and how they ended. */
export interface GridCell {
  readonly column: Column;
  /** The worst of what was seen; untestable when no sample could be tried. */
  readonly status: 'passed' | 'failed' | 'warned' | 'untestable';
  readonly passed: number;
  /** Without those that could not be tried. */
  readonly tried: number;
}

export interface GridRow {
  readonly mode: Mode;
  readonly cells: readonly GridCell[];
}

/** Every mode and column of the table; empty when no check of the run belongs to it. */
export function publishGrid({ results }: ConformanceReport): readonly GridRow[] {
  const inTable = results.filter(({ check }) => check.cell !== undefined);
  if (inTable.length === 0) return [];
  return MODES.map((mode) => ({
    mode,
    cells: COLUMNS.map((column) => {
      const tally = tallyOf(
        inTable.filter(({ check: { cell } }) => cell?.mode === mode && cell.column === column),
      );
      const tried = tally.passed + tally.failed + tally.warned;
      const worst =
        tally.failed > 0
          ? 'failed'
          : tally.warned > 0
            ? 'warned'
            : tried > 0
              ? 'passed'
              : undefined;
      return { column, status: worst ?? 'untestable', passed: tally.passed, tried };
    }),
  }));
}

/** Which of the two tables applies, as a heading. */
export function gridTitle({ singleNodeMultiWriter }: ConformanceReport): string {
  return singleNodeMultiWriter
    ? 'A second NodePublishVolume on a node (second table: SINGLE_NODE_MULTI_WRITER is advertised)'
    : 'A second NodePublishVolume on a node (first table: SINGLE_NODE_MULTI_WRITER is not advertised)';
}
