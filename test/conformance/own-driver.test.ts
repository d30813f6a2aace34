import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import {
  checkConformance,
  type ConformanceOptions,
  type ConformanceReport,
} from '../../src/conformance/conformance.js';
import type { OptionsInput } from '../../src/index.js';
import { mountsBelow, type Scratch } from '../host/scratch.js';
import { withDriver } from '../integration/driver-under-test.js';
import { eventually } from '../integration/eventually.js';
import { withSplitShape } from '../integration/split-shape.js';
import { PATIENCE_MS } from '../patience.js';

/** What the driver can be told to advertise, and the checks that complain of it. */
const SHAPES: readonly {
  readonly name: string;
  readonly options: OptionsInput;
  readonly complaints?: readonly string[];
}[] = [
  { name: 'with everything on', options: {} },
  {
    name: 'without SINGLE_NODE_MULTI_WRITER',
    options: {
      withoutControllerCapability: ['SINGLE_NODE_MULTI_WRITER'],
      withoutNodeCapability: ['SINGLE_NODE_MULTI_WRITER'],
    },
  },
  {
    name: 'with SINGLE_NODE_MULTI_WRITER in the Controller service alone',
    options: { withoutNodeCapability: ['SINGLE_NODE_MULTI_WRITER'] },
    complaints: ['capabilities/single-node-multi-writer'],
  },
  {
    name: 'with SINGLE_NODE_MULTI_WRITER in the Node service alone',
    options: { withoutControllerCapability: ['SINGLE_NODE_MULTI_WRITER'] },
    complaints: ['capabilities/single-node-multi-writer'],
  },
  { name: 'without attach', options: { attach: false } },
  {
    name: 'with expansion offline, in a zone',
    options: { volumeExpansion: 'offline', topologySegment: { zone: 'z1' } },
  },
  { name: 'without staging', options: { withoutNodeCapability: ['STAGE_UNSTAGE_VOLUME'] } },
  {
    name: 'without attach and staging',
    options: { attach: false, withoutNodeCapability: ['STAGE_UNSTAGE_VOLUME'] },
  },
];

function blamedIn({ results }: ConformanceReport): Record<string, unknown> {
  return Object.fromEntries(
    results
      .filter(({ status }) => status === 'failed' || status === 'warned')
      .map(({ check, deviations }) => [check.id, deviations]),
  );
}

/** Checks in a directory of its own, of which nothing may be left, nor of the volumes. */
async function checked(
  scratch: Scratch,
  poolDir: string,
  options: ConformanceOptions,
): Promise<ConformanceReport> {
  const workDirectory = scratch.make('work');
  const mounts = mountsBelow(scratch.root);
  const report = await checkConformance({
    ...options,
    workDirectory,
    strict: true,
    callTimeoutMs: PATIENCE_MS,
  });
  expect(report.leftBehind).to.deep.equal([]);
  expect(readdirSync(workDirectory), 'files').to.deep.equal([]);
  expect(mountsBelow(scratch.root), 'mounts').to.deep.equal(mounts);
  expect(readdirSync(join(poolDir, 'volumes')), 'volumes').to.deep.equal([]);
  // What was deleted is removed in the background.
  await eventually(() => {
    for (const name of ['incoming', 'trash']) {
      expect(readdirSync(join(poolDir, name)), name).to.deep.equal([]);
    }
  });
  return report;
}

describe('the driver conforms, to every SHOULD', function () {
  this.timeout(180_000);

  for (const { name, options, complaints = [] } of SHAPES) {
    describe(name, () => {
      const driver = withDriver(options);

      it(
        complaints.length === 0 ? 'and nothing is blamed' : `but for ${complaints.join()}`,
        async () => {
          const { endpoint, scratch } = driver;
          const report = await checked(scratch, driver.options.poolDir, { endpoint });
          const blamed = blamedIn(report);
          expect(Object.keys(blamed), JSON.stringify(blamed)).to.deep.equal(complaints);
          expect(report.results.filter(({ status }) => status === 'passed')).to.have.lengthOf.above(
            100,
          );
        },
      );
    });
  }

  describe('with two nodes', () => {
    const shape = withSplitShape(['node-1', 'node-2']);

    it('and nothing is blamed', async () => {
      const { scratch, options } = shape;
      const endpointOf = (name: string) => `unix://${scratch.path(name, 'csi.sock')}`;
      const report = await checked(scratch, options.poolDir, {
        controllerEndpoint: endpointOf('controller'),
        nodeEndpoints: [endpointOf('node-1'), endpointOf('node-2')],
      });
      expect(blamedIn(report)).to.deep.equal({});
      const second = report.results.filter(({ check }) => check.id.startsWith('attach-nodes/'));
      expect(second.map(({ status }) => status))
        .to.include('passed')
        .and.not.include('untestable');
    });
  });
});
