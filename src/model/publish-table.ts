import { isMultiNode, needsSingleNodeMultiWriter, type AccessMode } from './access-mode.js';

/**
 * What the spec ("NodePublishVolume") wants a plugin to answer to a second NodePublishVolume of the
 * same volume on the same node, in its own words and order of columns. T: target path, P: the other
 * arguments but `secrets`.
 */
export const COLUMNS = {
  'T1=T2, P1=P2': 0,
  'T1=T2, P1!=P2': 1,
  'T1!=T2, P1=P2': 2,
  'T1!=T2, P1!=P2': 3,
} as const;

type Column = keyof typeof COLUMNS;
type Cell = 'OK (idempotent)' | 'ALREADY_EXISTS' | 'OK' | 'FAILED_PRECONDITION';
type Row = readonly [Cell, Cell, Cell, Cell];

/** The first table: SINGLE_NODE_MULTI_WRITER is not advertised. */
export const FIRST_TABLE = {
  'MULTI_NODE_...': ['OK (idempotent)', 'ALREADY_EXISTS', 'OK', 'OK'],
  'Non MULTI_NODE_...': [
    'OK (idempotent)',
    'ALREADY_EXISTS',
    'FAILED_PRECONDITION',
    'FAILED_PRECONDITION',
  ],
} as const satisfies Record<string, Row>;

/** The second table: SINGLE_NODE_MULTI_WRITER is advertised. */
export const SECOND_TABLE = {
  SINGLE_NODE_SINGLE_WRITER: [
    'OK (idempotent)',
    'ALREADY_EXISTS',
    'FAILED_PRECONDITION',
    'FAILED_PRECONDITION',
  ],
  SINGLE_NODE_MULTI_WRITER: ['OK (idempotent)', 'ALREADY_EXISTS', 'OK', 'OK'],
  'MULTI_NODE_...': ['OK (idempotent)', 'ALREADY_EXISTS', 'OK', 'OK'],
  'Non MULTI_NODE_...': [
    'OK (idempotent)',
    'ALREADY_EXISTS',
    'FAILED_PRECONDITION',
    'FAILED_PRECONDITION',
  ],
} as const satisfies Record<string, Row>;

/** The cell of the table that applies, for the access mode of the second call. */
export function cell(
  column: Column,
  mode: AccessMode,
  singleNodeMultiWriterAdvertised: boolean,
): Cell {
  return rowOf(mode, singleNodeMultiWriterAdvertised)[COLUMNS[column]];
}

function rowOf(mode: AccessMode, singleNodeMultiWriterAdvertised: boolean): Row {
  const family = isMultiNode(mode) ? 'MULTI_NODE_...' : 'Non MULTI_NODE_...';
  if (!singleNodeMultiWriterAdvertised) return FIRST_TABLE[family];
  return SECOND_TABLE[needsSingleNodeMultiWriter(mode) ? mode : family];
}
