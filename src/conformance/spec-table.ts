import type { Code } from '../csi/status.js';

/**
 * The two tables of NodePublishVolume, in the spec's own Markdown (spec v1.5.0, "NodePublishVolume").
 * All that the checks expect of a second publish is read from this text.
 */
const WITHOUT_CAPABILITY = `
|                    | T1=T2, P1=P2    | T1=T2, P1!=P2  | T1!=T2, P1=P2       | T1!=T2, P1!=P2     |
|--------------------|-----------------|----------------|---------------------|--------------------|
| MULTI_NODE_...     | OK (idempotent) | ALREADY_EXISTS | OK                  | OK                 |
| Non MULTI_NODE_... | OK (idempotent) | ALREADY_EXISTS | FAILED_PRECONDITION | FAILED_PRECONDITION|
`;

const WITH_CAPABILITY = `
|                           | T1=T2, P1=P2    | T1=T2, P1!=P2  | T1!=T2, P1=P2       | T1!=T2, P1!=P2      |
|---------------------------|-----------------|----------------|---------------------|---------------------|
| SINGLE_NODE_SINGLE_WRITER | OK (idempotent) | ALREADY_EXISTS | FAILED_PRECONDITION | FAILED_PRECONDITION |
| SINGLE_NODE_MULTI_WRITER  | OK (idempotent) | ALREADY_EXISTS | OK                  | OK                  |
| MULTI_NODE_...            | OK (idempotent) | ALREADY_EXISTS | OK                  | OK                  |
| Non MULTI_NODE_...        | OK (idempotent) | ALREADY_EXISTS | FAILED_PRECONDITION | FAILED_PRECONDITION |
`;

/** The access modes of CSI v1.5 by name, in the order of their numbers. */
export const MODES = [
  'SINGLE_NODE_WRITER',
  'SINGLE_NODE_READER_ONLY',
  'MULTI_NODE_READER_ONLY',
  'MULTI_NODE_SINGLE_WRITER',
  'MULTI_NODE_MULTI_WRITER',
  'SINGLE_NODE_SINGLE_WRITER',
  'SINGLE_NODE_MULTI_WRITER',
] as const;

export type Mode = (typeof MODES)[number];

/** The modes that come with the capability SINGLE_NODE_MULTI_WRITER. */
export const NEW_MODES: ReadonlySet<Mode> = new Set([
  'SINGLE_NODE_SINGLE_WRITER',
  'SINGLE_NODE_MULTI_WRITER',
]);

/** The columns, as the header of the tables has them. */
export const COLUMNS = [
  'T1=T2, P1=P2',
  'T1=T2, P1!=P2',
  'T1!=T2, P1=P2',
  'T1!=T2, P1!=P2',
] as const;

export type Column = (typeof COLUMNS)[number];

/** What the table that applies wants of a second call in a mode. */
export function specCell(mode: Mode, column: Column, capability: boolean): Code | 'OK' {
  const rows = capability ? ROWS_WITH : ROWS_WITHOUT;
  const family = mode.startsWith('MULTI_NODE_') ? 'MULTI_NODE_...' : 'Non MULTI_NODE_...';
  const cell = (rows.get(mode) ?? rows.get(family))?.get(column);
  if (cell === 'OK' || cell === 'OK (idempotent)') return 'OK';
  if (cell === 'ALREADY_EXISTS' || cell === 'FAILED_PRECONDITION') return cell;
  throw new Error(`the spec's table has no cell for ${mode}, ${column}`);
}

type Rows = ReadonlyMap<string, ReadonlyMap<string, string>>;

function rowsOf(markdown: string): Rows {
  const [header = [], , ...rows] = markdown
    .trim()
    .split('\n')
    .map((line) =>
      line
        .split('|')
        .slice(1, -1)
        .map((text) => text.trim()),
    );
  return new Map(
    rows.map(([name = '', ...cells]) => [
      name,
      new Map(cells.map((cell, index) => [header[index + 1] ?? '', cell])),
    ]),
  );
}

const ROWS_WITHOUT = rowsOf(WITHOUT_CAPABILITY);
const ROWS_WITH = rowsOf(WITH_CAPABILITY);
