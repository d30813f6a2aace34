import { mkdirSync } from 'node:fs';
import { expect } from 'chai';
import type { CheckResult } from '../../src/conformance/check.js';
import { nodeChecks } from '../../src/conformance/checks/node.js';
import { checkConformance, type ConformanceReport } from '../../src/conformance/conformance.js';
import type { OptionsInput } from '../../src/index.js';
import { mountsBelow } from '../host/scratch.js';
import { withDriver, type DriverUnderTest } from '../integration/driver-under-test.js';
import { PATIENCE_MS } from '../patience.js';

const FAMILIES = [...new Set(nodeChecks.map(({ id }) => id.split('/')[0] ?? id))];

/** What takes a volume that serves mount and block access at once. */
const ONE_ACCESS_TYPE = [
  'other-capability/same-target/access-type',
  'other-capability/other-target/access-type',
  'staging/other-access-type',
];
const ADVERTISED = ['malformed/publish/not-advertised', 'malformed/stage/not-advertised'];

interface Shape {
  readonly name: string;
  readonly options: OptionsInput;
  /** Beginnings of ids, or what a part of them looks like. */
  readonly untestable: readonly (string | RegExp)[];
}

const SHAPES: readonly Shape[] = [
  {
    name: 'with the capability',
    options: {},
    untestable: [...ONE_ACCESS_TYPE, ...ADVERTISED, 'restart'],
  },
  {
    name: 'without the capability',
    options: {
      withoutControllerCapability: ['SINGLE_NODE_MULTI_WRITER'],
      withoutNodeCapability: ['SINGLE_NODE_MULTI_WRITER'],
    },
    untestable: [
      ...ONE_ACCESS_TYPE,
      'restart',
      'old-co',
      'races/one-target',
      /^(?!malformed).*SINGLE_NODE_(SINGLE|MULTI)_WRITER/,
    ],
  },
  {
    name: 'without staging',
    options: { withoutNodeCapability: ['STAGE_UNSTAGE_VOLUME'] },
    untestable: [
      ...ONE_ACCESS_TYPE,
      ...ADVERTISED,
      'restart',
      'staging',
      'malformed/stage',
      'secrets/stage',
      'old-co/stage',
    ],
  },
  {
    name: 'without attach',
    options: { attach: false },
    untestable: [...ONE_ACCESS_TYPE, ...ADVERTISED, 'restart', 'old-co/attach'],
  },
  {
    name: 'that answers ABORTED while a call is pending',
    options: { onOverlap: 'abort' },
    untestable: [...ONE_ACCESS_TYPE, ...ADVERTISED, 'restart'],
  },
];

describe('the node-side checks', function () {
  this.timeout(180_000);

  it('have ids of their own', () => {
    const all = nodeChecks.map(({ id }) => id);
    expect([...new Set(all)]).to.deep.equal(all);
  });

  for (const { name, options, untestable } of SHAPES) {
    describe(`on this driver ${name}`, () => {
      const driver = withDriver(options);

      it('find no deviation, and say what they cannot try', async () => {
        const report = await check(driver, FAMILIES);
        expect(brief(report.results)).to.deep.equal(
          nodeChecks.map(({ id }) =>
            isOneOf(id, untestable) ? `untestable ${id}` : `passed ${id}`,
          ),
        );
        await expectNothingLeft(driver, report);
      });
    });
  }

  describe('on this driver when it can be restarted', () => {
    const driver = withDriver();

    const restart = (): void => void driver.restart();

    it('find no deviation after a restart', async () => {
      process.on('SIGUSR2', restart);
      try {
        const report = await check(driver, ['restart'], `kill -USR2 ${process.pid}`);
        expect(brief(report.results)).to.deep.equal([
          'passed restart/repeat',
          'passed restart/other-arguments',
          'passed restart/other-target',
        ]);
        await expectNothingLeft(driver, report);
      } finally {
        process.off('SIGUSR2', restart);
      }
    });

    it('are untestable when the command that restarts it fails', async () => {
      const report = await check(driver, ['restart/repeat'], 'exit 3');
      expect(report.results.map(({ status, reason }) => [status, reason])).to.deep.equal([
        ['untestable', 'the restart command ended with 3'],
      ]);
      await expectNothingLeft(driver, report);
    });
  });
});

/** Makes these checks, with their paths in a directory of the suite. */
async function check(
  { endpoint, scratch }: DriverUnderTest,
  only: readonly string[],
  restartCommand?: string,
): Promise<ConformanceReport> {
  const workDirectory = scratch.path('check');
  mkdirSync(workDirectory, { recursive: true });
  const options = { endpoint, workDirectory, only, callTimeoutMs: PATIENCE_MS };
  return checkConformance(restartCommand === undefined ? options : { ...options, restartCommand });
}

/** Each result in a line, with what deviates. */
function brief(results: readonly CheckResult[]): string[] {
  return results.map(({ status, check: { id }, deviations }) =>
    [status, id, ...deviations.map(({ sent, came }) => `${sent}: ${came}`)].join(' '),
  );
}

async function expectNothingLeft(
  { client, scratch }: DriverUnderTest,
  report: ConformanceReport,
): Promise<void> {
  expect(report.leftBehind).to.deep.equal([]);
  expect(mountsBelow(scratch.root), 'mounts').to.have.lengthOf(1);
  const { entries } = await client.controller.ListVolumes({});
  expect(entries, 'volumes').to.deep.equal([]);
}

function isOneOf(id: string, untestable: readonly (string | RegExp)[]): boolean {
  return untestable.some((each) =>
    typeof each === 'string' ? id === each || id.startsWith(`${each}/`) : each.test(id),
  );
}
