import { expect } from 'chai';
import { mkdirSync } from 'node:fs';
import { checkConformance, type ConformanceReport } from '../../src/conformance/conformance.js';
import { controllerChecks } from '../../src/conformance/checks/controller.js';
import type { CheckResult } from '../../src/conformance/check.js';
import type { OptionsInput } from '../../src/index.js';
import { withDriver } from '../integration/driver-under-test.js';
import { withSplitShape } from '../integration/split-shape.js';
import { PATIENCE_MS } from '../patience.js';

const FAMILIES = [...new Set(controllerChecks.map(({ id }) => id.split('/')[0] ?? id))];

type Endpoints = Pick<
  Parameters<typeof checkConformance>[0],
  'endpoint' | 'controllerEndpoint' | 'nodeEndpoints'
>;

/** Runs the checks of this part alone, with their paths in a directory of the suite. */
async function check(workDirectory: string, endpoints: Endpoints): Promise<ConformanceReport> {
  mkdirSync(workDirectory, { recursive: true });
  const given = { workDirectory, only: FAMILIES, callTimeoutMs: PATIENCE_MS };
  return await checkConformance({ ...endpoints, ...given });
}

function withStatus({ results }: ConformanceReport, ...wanted: CheckResult['status'][]) {
  return results.filter(({ status }) => wanted.includes(status));
}

function ids(results: readonly CheckResult[]): string[] {
  return results.map(({ check: { id } }) => id);
}

function expectNoDeviation(report: ConformanceReport): void {
  const deviating = withStatus(report, 'failed', 'warned');
  expect(deviating.map(({ check: { id }, deviations }) => ({ id, deviations }))).to.deep.equal([]);
  expect(report.leftBehind).to.deep.equal([]);
}

/** What a shape cannot be tried on: beginnings of ids. */
interface Shape {
  readonly name: string;
  readonly options: OptionsInput;
  readonly untestable: readonly string[];
}

/** A driver at one endpoint. */
const ALONE = ['capabilities/plugin-everywhere', 'attach-nodes', 'detach/all-nodes'];
const WITH_CAPABILITY = ['create/without-capability', 'attach/without-capability'];
const WITHOUT_CAPABILITY = [
  'create/single-node-writer',
  'create/new-modes',
  ...['SINGLE_NODE_SINGLE_WRITER', 'SINGLE_NODE_MULTI_WRITER'].flatMap((mode) => [
    `validate/created-with/${mode}`,
    `validate/usable/${mode}`,
  ]),
];
const WITHOUT_ATTACH = ['capabilities/node-ids', 'attach', 'detach', 'delete/attached'];
const WITHOUT_ATTACH_LISTED = [...WITHOUT_ATTACH, 'list/published-nodes'];

const SHAPES: readonly Shape[] = [
  {
    name: 'with the capability',
    options: {},
    untestable: [...ALONE, ...WITH_CAPABILITY],
  },
  {
    name: 'without the capability',
    options: {
      withoutControllerCapability: ['SINGLE_NODE_MULTI_WRITER'],
      withoutNodeCapability: ['SINGLE_NODE_MULTI_WRITER'],
    },
    untestable: [...ALONE, ...WITHOUT_CAPABILITY],
  },
  {
    name: 'without attach',
    options: { attach: false },
    untestable: [...ALONE, ...WITH_CAPABILITY, ...WITHOUT_ATTACH_LISTED],
  },
];

function isOneOf(id: string, beginnings: readonly string[]): boolean {
  return beginnings.some((each) => id === each || id.startsWith(`${each}/`));
}

describe('the controller-side checks', () => {
  it('have ids of their own', () => {
    const all = controllerChecks.map(({ id }) => id);
    expect([...new Set(all)]).to.deep.equal(all);
  });

  for (const { name, options, untestable } of SHAPES) {
    describe(`on this driver ${name}`, () => {
      const driver = withDriver(options);

      it('find no deviation, and say what they cannot try', async () => {
        const { endpoint, scratch } = driver;
        const report = await check(scratch.path('check'), { endpoint });
        expectNoDeviation(report);
        const expected = controllerChecks.filter(({ id }) => isOneOf(id, untestable));
        expect(ids(withStatus(report, 'untestable'))).to.deep.equal(expected.map(({ id }) => id));
        expect(withStatus(report, 'passed')).to.have.length(
          controllerChecks.length - expected.length,
        );
      });

      it('leave no volume', async () => {
        const { entries } = await driver.client.controller.ListVolumes({});
        expect(entries).to.deep.equal([]);
      });
    });
  }

  for (const [service, options] of [
    ['Controller', { withoutControllerCapability: ['SINGLE_NODE_MULTI_WRITER'] }],
    ['Node', { withoutNodeCapability: ['SINGLE_NODE_MULTI_WRITER'] }],
  ] as const) {
    describe(`on this driver without the capability in its ${service} service`, () => {
      const driver = withDriver(options);

      it('report that, once', async () => {
        const { endpoint, scratch } = driver;
        const report = await check(scratch.path('check'), { endpoint });
        expect(ids(withStatus(report, 'failed', 'warned'))).to.deep.equal([
          'capabilities/single-node-multi-writer',
        ]);
        expect(report.leftBehind).to.deep.equal([]);
      });
    });
  }

  describe('on a controller and two node plugins', () => {
    const split = withSplitShape(['node-1', 'node-2']);

    it('find no deviation, and try what takes two nodes', async () => {
      const report = await check(split.scratch.path('check'), {
        controllerEndpoint: split.options.endpoint,
        nodeEndpoints: ['node-1', 'node-2'].map(
          (node) => `unix://${split.scratch.path(node)}/csi.sock`,
        ),
      });
      expectNoDeviation(report);
      const untestable = controllerChecks.filter(({ id }) => isOneOf(id, [...WITH_CAPABILITY]));
      expect(ids(withStatus(report, 'untestable'))).to.deep.equal(untestable.map(({ id }) => id));
    });
  });
});
