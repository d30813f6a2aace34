import { expect } from 'chai';
import { CHECKS } from '../../src/conformance/checks/checks.js';
import {
  checkConformance,
  type ConformanceOptions,
  type ConformanceReport,
} from '../../src/conformance/conformance.js';
import { withDrivers } from '../integration/drivers.js';
import { PATIENCE_MS } from '../patience.js';
import { patiently } from '../patiently.js';
import { brokenBlock } from './broken-block.js';
import { brokenContent } from './broken-content.js';
import { brokenControllers } from './broken-controller.js';
import { brokenShape, type BrokenDriver } from './broken-driver.js';
import { brokenNodes } from './broken-node.js';
import { brokenAtPublish } from './broken-publishing.js';
import { crashing, silent, yesSayer } from './broken-throughout.js';

/** The families that take most of the time of a run: one row, or none, stands for the others. */
const BULK =
  /^(publish-table|publish-block|other-capability|validate\/usable|races\/many-targets)\//;
const OF_BULK = /^publish-table\/MULTI_NODE_MULTI_WRITER\/same-target\//;
/** Each of the others is checked by what has to blame it, and all but the bulk. */
const WHOLE_RUNS = 3;
/** What a driver that is silent is tried with: each waits until its time is over. */
const SILENCES = ['same-arguments', 'readonly'].map(
  (change) => `publish-table/SINGLE_NODE_WRITER/same-target/${change}`,
);

function briefly({ caughtBy }: BrokenDriver): readonly string[] {
  return CHECKS.map(({ id }) => id).filter(
    (id) => !BULK.test(id) || OF_BULK.test(id) || caughtBy.some((rule) => rule.test(id)),
  );
}

function blamedIn({ results }: ConformanceReport): readonly string[] {
  return results
    .filter(({ status }) => status === 'failed' || status === 'warned')
    .map(({ check }) => check.id);
}

function expectCaught({ caughtBy }: BrokenDriver, report: ConformanceReport): void {
  const blamed = blamedIn(report);
  const missed = caughtBy.filter((rule) => !blamed.some((id) => rule.test(id)));
  expect(missed.map(String), 'not blamed').to.deep.equal([]);
}

describe('a driver that', function () {
  this.timeout(180_000);
  const drivers = withDrivers();
  let runs = 0;

  async function run(
    broken: BrokenDriver,
    options: ConformanceOptions = {},
  ): Promise<ConformanceReport> {
    runs += 1;
    const shape = await brokenShape(drivers, String(runs), broken);
    try {
      const workDirectory = drivers.scratch.make(`work-${runs}`);
      return await checkConformance({
        ...shape.endpoints,
        workDirectory,
        callTimeoutMs: PATIENCE_MS,
        ...options,
      });
    } finally {
      await shape.stop();
    }
  }

  for (const [index, broken] of [
    ...brokenAtPublish,
    ...brokenNodes,
    ...brokenControllers,
    ...brokenContent,
    ...brokenBlock,
  ].entries()) {
    it(`${broken.name} is caught, and for nothing else`, async () => {
      const report = await run(broken, index < WHOLE_RUNS ? {} : { only: briefly(broken) });
      expectCaught(broken, report);
      const others = blamedIn(report).filter(
        (id) => !broken.caughtBy.some((rule) => rule.test(id)),
      );
      expect(others, 'blamed besides').to.deep.equal([]);
      expect(report.leftBehind).to.deep.equal([]);
    });
  }

  it(`${silent.name} is caught once its time is over`, async () => {
    const only = [...SILENCES, 'publish-table/SINGLE_NODE_WRITER/other-target', 'old-co'];
    await patiently(300, async (callTimeoutMs) => {
      const report = await run(silent, { only, callTimeoutMs });
      expect(blamedIn(report)).to.deep.equal(SILENCES);
      const cames = report.results.flatMap(({ deviations }) => deviations.map(({ came }) => came));
      expect(cames).to.have.lengthOf(SILENCES.length);
      for (const came of cames) expect(came).to.match(/^DEADLINE_EXCEEDED/);
      expect(report.leftBehind).to.deep.equal([]);
    });
  });

  it(`${crashing.name} is caught, and what it leaves is told`, async () => {
    const report = await run(crashing, { only: ['publish-table', 'alive'] });
    expectCaught(crashing, report);
    const passed = report.results.filter(({ status }) => status === 'passed');
    expect(passed.map(({ check }) => check.id)).to.deep.equal([]);
    expect(report.leftBehind.join('\n')).to.include('publish-table/SINGLE_NODE_WRITER');
    expect(report.interrupted).to.equal(false);
  });

  it(`${yesSayer.name} is caught by every family`, async () => {
    expectCaught(yesSayer, await run(yesSayer));
  });
});
