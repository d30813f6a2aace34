import { expect } from 'chai';
import type { ConformanceReport } from '../../src/conformance/conformance.js';
import { jsonReport } from '../../src/conformance/report/json.js';
import { junitReport } from '../../src/conformance/report/junit.js';
import { markdownReport } from '../../src/conformance/report/markdown.js';
import { tapReport } from '../../src/conformance/report/tap.js';
import { textReport } from '../../src/conformance/report/text.js';
import { EMPTY, HOSTILE, SAMPLE } from './sample-report.js';

const SHOWN = String.raw`\u{1b}[2J\u{d}\n`;
const XML = String.raw`\u{1b}[2J\u{d}\n&lt;/failure&gt;&amp;&quot;&apos;|${'`'}# SKIP *x* [y](z)\u{202e}\u{0}\u{9b}`;

interface Format {
  readonly write: (report: ConformanceReport) => string;
  /** What stands in the report of the sample, in this order. */
  readonly snippets: readonly string[];
  readonly empty: string;
}

const FORMATS: Readonly<Record<string, Format>> = {
  text: {
    write: (report) => textReport(report),
    snippets: [
      'Driver\n  sample.csi.test 1.2\n  plugin      CONTROLLER_SERVICE, 3 (newer than v1.5)\n',
      '  controller  CREATE_DELETE_VOLUME\n  node 1      STAGE_UNSTAGE_VOLUME\n  node 2      none\n',
      'A second NodePublishVolume on a node (first table: SINGLE_NODE_MULTI_WRITER is not advertised)\n',
      '  SINGLE_NODE_WRITER          –                ✗ 1/2            ! 0/1            –\n',
      '  SINGLE_NODE_SINGLE_WRITER   –                –                –                –\n',
      '  table                       1 passed, 1 failed, 1 warned, 1 could not be tried\n',
      '  stage                       2 passed, 1 could not be tried\n',
      'Deviations\n  NodePublishVolume, since 1.0.0: the rule of table/b\n    ✗ table/b (MUST)\n',
      `        sent a call\n        came OK (${SHOWN}`,
      '; wanted ALREADY_EXISTS\n',
      '    ! table/c (SHOULD)\n        sent a call\n        came OK; wanted ABORTED\n',
      'How it reads the spec where that is open\n  reads it so (stage/e and 1 more)\n',
      'Could not be tried\n  – not advertised\n      table/d\n',
      `Left behind\n  ! table/a: ${SHOWN}`,
      '\n3 passed, 1 failed, 1 warned, 2 could not be tried; 7 checks in 1.2 s\n',
    ],
    empty: '\n0 passed, 0 failed, 0 warned, 0 could not be tried; 0 checks in 1.2 s; interrupted',
  },
  markdown: {
    write: markdownReport,
    snippets: [
      '### CSI v1.5 conformance of sample.csi.test 1.2\n\n3 passed, 1 failed, 1 warned, ',
      '| controller | CREATE\\_DELETE\\_VOLUME |\n',
      '| access mode | T1=T2, P1=P2 | T1=T2, P1!=P2 | T1!=T2, P1=P2 | T1!=T2, P1!=P2 |\n| --- |',
      '| SINGLE_NODE_WRITER | - | **no** 1/2 | no (SHOULD) 0/1 | - |\n',
      '| table | 1 | 1 | 1 | 1 |\n| stage | 2 | 0 | 0 | 1 |\n',
      '| `table/b` | NodePublishVolume (MUST): the rule of table/b | a call | OK (',
      String.raw`&lt;/failure>&amp;"'\|\`# SKIP \*x\* \[y\](z)`,
      ' | ALREADY\\_EXISTS |\n',
      '- reads it so\n',
      '- not advertised: 1\n',
    ],
    empty: 'interrupted: the other checks were not made.\n',
  },
  junit: {
    write: junitReport,
    snippets: [
      '<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name="CSI conformance of sample.csi.test 1.2"',
      ' tests="7" failures="1" skipped="2" time="1.234">\n',
      '  <testsuite name="table" tests="4" failures="1" skipped="1" errors="0" time="0.006">\n',
      '    <testcase classname="sample.csi.test" name="table/a" time="0.001"/>\n',
      `<failure type="MUST" message="sent: a call; came: OK (${XML}); wanted: ALREADY_EXISTS">`,
      '<system-out>warning\nNodePublishVolume (SHOULD, since 1.0.0): the rule of table/c\n',
      '<skipped message="not advertised"/>',
      `<system-err>left behind: table/a: ${XML}</system-err>\n  </testsuite>\n`,
      `<skipped message="${XML}"/>\n    </testcase>\n  </testsuite>\n</testsuites>\n`,
    ],
    empty: ' tests="0" failures="0" skipped="0" time="1.234">\n</testsuites>\n',
  },
  tap: {
    write: tapReport,
    snippets: [
      'TAP version 14\n# CSI conformance of sample.csi.test 1.2\n1..7\nok 1 - table/a\nnot ok 2 - table/b\n  ---\n',
      '  deviations:\n    - sent: "a call"\n      came: "OK (',
      '      wanted: "ALREADY_EXISTS"\n  ...\n',
      'not ok 3 - table/c # TODO the driver does not follow a SHOULD\n  ---\n',
      'ok 4 - table/d # SKIP not advertised\n',
      'ok 7 - stage/g # SKIP ',
      String.raw`\# SKIP *x*`,
      '# left behind: table/a: ',
    ],
    empty: '1..0\nBail out! interrupted before all checks were made\n',
  },
  json: {
    write: jsonReport,
    snippets: [
      '{\n  "formatVersion": 1,\n  "specVersion": "1.5.0",\n  "driver": {\n    "name": "sample.csi.test",',
      '"counts": {\n    "passed": 3,\n    "failed": 1,\n    "warned": 1,\n    "untestable": 2\n  }',
      '"id": "table/b"',
      '"status": "failed"',
      String.raw`\u202e\u0000\u009b`,
    ],
    empty: '"results": [],\n  "leftBehind": [],\n  "interrupted": true,\n  "ms": 1234\n}\n',
  },
};

/** What must not reach a terminal, or cannot stand in XML. */
const RAW = /[^\P{C}\n]/u;

describe('conformance report', () => {
  for (const [name, { write, snippets, empty }] of Object.entries(FORMATS)) {
    describe(name, () => {
      it('says it all, in order', () => {
        const text = write(SAMPLE);
        let from = 0;
        for (const snippet of snippets) {
          const at = text.indexOf(snippet, from);
          if (at < 0) expect(text.slice(from)).to.contain(snippet);
          from = at + snippet.length;
        }
      });

      it("makes a driver's control characters harmless", () => {
        expect(HOSTILE).to.match(RAW);
        expect(write(SAMPLE)).not.to.match(RAW);
        const driver = { name: HOSTILE, version: HOSTILE };
        expect(write({ ...SAMPLE, driver })).not.to.match(RAW);
      });

      it('says so when the run was ended before all checks were made', () => {
        expect(write(EMPTY)).to.contain(empty);
      });
    });
  }

  it('json holds every result with its texts as they came', () => {
    const { results, leftBehind, driver }: ConformanceReport = JSON.parse(jsonReport(SAMPLE));
    expect(results).to.have.length(SAMPLE.results.length);
    expect(results[1]).to.deep.include({ reason: null, readings: [], ms: 1 });
    expect(results[1]?.deviations).to.deep.equal(SAMPLE.results[1]?.deviations);
    expect(leftBehind).to.deep.equal(SAMPLE.leftBehind);
    expect(driver).to.deep.equal(SAMPLE.driver);
  });

  it('text has colours only when asked', () => {
    const colourful = textReport(SAMPLE, { color: true });
    expect(colourful).to.contain('\u001B[31m✗ table/b\u001B[0m (MUST)');
    // oxlint wants no control characters in an expression.
    const colours = new RegExp(String.raw`\u001B\[\d+m`, 'g');
    expect(colourful.replaceAll(colours, '')).to.equal(textReport(SAMPLE));
  });

  it('a rule that several checks rest on is said once', () => {
    const [, failed] = SAMPLE.results;
    if (failed === undefined) throw new Error('the sample has a second result');
    const twice = { ...failed, check: { ...failed.check, id: 'table/other' } };
    const text = textReport({ ...SAMPLE, results: [failed, twice] });
    expect(text.split('the rule of table/b')).to.have.length(2);
    expect(text).to.contain('✗ table/other (MUST)');
  });

  it("cuts a driver's message that is very long", () => {
    const reason = 'x'.repeat(100_000);
    const [result] = SAMPLE.results;
    if (result === undefined) throw new Error('the sample has a result');
    const long = { ...SAMPLE, results: [{ ...result, status: 'untestable' as const, reason }] };
    for (const write of [textReport, markdownReport, junitReport, tapReport]) {
      expect(write(long).length).to.be.below(5000);
    }
  });

  it('a run without checks of the table has no table', () => {
    const results = SAMPLE.results.filter(({ check }) => check.cell === undefined);
    expect(textReport({ ...SAMPLE, results })).not.to.contain('T1=T2');
    expect(markdownReport({ ...SAMPLE, results })).not.to.contain('T1=T2');
  });
});
