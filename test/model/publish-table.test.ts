import { expect } from 'chai';
import { COLUMNS, FIRST_TABLE, SECOND_TABLE } from '../../src/model/publish-table.js';

/** The two tables of the spec, "NodePublishVolume", as its Markdown has them. */
const SPEC_FIRST = `
|                    | T1=T2, P1=P2    | T1=T2, P1!=P2  | T1!=T2, P1=P2       | T1!=T2, P1!=P2     |
|--------------------|-----------------|----------------|---------------------|--------------------|
| MULTI_NODE_...     | OK (idempotent) | ALREADY_EXISTS | OK                  | OK                 |
| Non MULTI_NODE_... | OK (idempotent) | ALREADY_EXISTS | FAILED_PRECONDITION | FAILED_PRECONDITION|
`;
const SPEC_SECOND = `
|                           | T1=T2, P1=P2    | T1=T2, P1!=P2  | T1!=T2, P1=P2       | T1!=T2, P1!=P2      |
|---------------------------|-----------------|----------------|---------------------|---------------------|
| SINGLE_NODE_SINGLE_WRITER | OK (idempotent) | ALREADY_EXISTS | FAILED_PRECONDITION | FAILED_PRECONDITION |
| SINGLE_NODE_MULTI_WRITER  | OK (idempotent) | ALREADY_EXISTS | OK                  | OK                  |
| MULTI_NODE_...            | OK (idempotent) | ALREADY_EXISTS | OK                  | OK                  |
| Non MULTI_NODE_...        | OK (idempotent) | ALREADY_EXISTS | FAILED_PRECONDITION | FAILED_PRECONDITION |
`;

describe('tables of NodePublishVolume', () => {
  const cases: [string, object, string][] = [
    ['without SINGLE_NODE_MULTI_WRITER', FIRST_TABLE, SPEC_FIRST],
    ['with SINGLE_NODE_MULTI_WRITER', SECOND_TABLE, SPEC_SECOND],
  ];
  for (const [title, table, markdown] of cases) {
    it(`${title}: rows, columns and cells are the spec's`, () => {
      const [header, , ...rows] = markdown
        .trim()
        .split('\n')
        .map((line) =>
          line
            .split('|')
            .slice(1, -1)
            .map((text) => text.trim()),
        );
      expect(Object.keys(COLUMNS)).to.deep.equal(header?.slice(1));
      expect(Object.entries(table)).to.deep.equal(rows.map(([name, ...cells]) => [name, cells]));
    });
  }
});
