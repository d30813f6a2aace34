import type { CheckResult } from '../../src/conformance/check.js';
import type { ConformanceReport } from '../../src/conformance/conformance.js';

/** What a driver may say to whoever prints it: escape sequences, XML, Markdown, TAP, line ends. */
export const HOSTILE = '\u001B[2J\r\n</failure>&"\'|`# SKIP *x* [y](z)\u202E\u0000\u009B';

type About = Partial<CheckResult['check']>;

function result(id: string, outcome: Partial<Omit<CheckResult, 'check'>>, about: About = {}) {
  const check = {
    id,
    title: `title of ${id}`,
    section: 'NodePublishVolume',
    since: '1.0.0',
    level: 'MUST' as const,
    rule: `the rule of ${id}`,
    ...about,
  };
  return { check, status: 'passed' as const, deviations: [], readings: [], ms: 1.4, ...outcome };
}

const SAME = { mode: 'SINGLE_NODE_WRITER', column: 'T1=T2, P1!=P2' };
const OTHER = { mode: 'SINGLE_NODE_WRITER', column: 'T1!=T2, P1=P2' };
const NEW = { mode: 'SINGLE_NODE_SINGLE_WRITER', column: 'T1=T2, P1=P2' };

/** A run in which everything happens once. */
export const SAMPLE: ConformanceReport = {
  driver: { name: 'sample.csi.test', version: '1.2' },
  advertised: {
    plugin: ['CONTROLLER_SERVICE', '3'],
    controller: ['CREATE_DELETE_VOLUME'],
    nodes: [['STAGE_UNSTAGE_VOLUME'], []],
  },
  singleNodeMultiWriter: false,
  results: [
    result('table/a', {}, { cell: SAME }),
    result(
      'table/b',
      {
        status: 'failed',
        deviations: [{ sent: 'a call', came: `OK (${HOSTILE})`, wanted: 'ALREADY_EXISTS' }],
      },
      { cell: SAME },
    ),
    result(
      'table/c',
      { status: 'warned', deviations: [{ sent: 'a call', came: 'OK', wanted: 'ABORTED' }] },
      { cell: OTHER, level: 'SHOULD' },
    ),
    result('table/d', { status: 'untestable', reason: 'not advertised' }, { cell: NEW }),
    result('stage/e', { readings: ['reads it so'] }),
    result('stage/f', { readings: ['reads it so'] }),
    result('stage/g', { status: 'untestable', reason: HOSTILE }),
  ],
  leftBehind: [`table/a: ${HOSTILE}`],
  interrupted: false,
  ms: 1234,
};

/** Nothing was tried, as the run ended at once. */
export const EMPTY: ConformanceReport = {
  ...SAMPLE,
  results: [],
  leftBehind: [],
  interrupted: true,
};
