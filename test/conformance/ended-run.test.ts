import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { checkConformance } from '../../src/conformance/conformance.js';
import { mountsBelow } from '../host/scratch.js';
import { withDriver } from '../integration/driver-under-test.js';
import { breakDriver, type Breakage } from './broken-driver.js';
import { PATIENCE_MS } from '../patience.js';

/** What a run does last: its signal aborts once the driver has done it, before the answer arrives. */
const LAST_CALLS: readonly {
  readonly rpc: string;
  readonly ending: (end: () => void) => Breakage;
}[] = [
  {
    rpc: 'CreateVolume',
    ending: (end) => ({
      controller: (real) => ({
        CreateVolume: (request) => real.CreateVolume(request).finally(end),
      }),
    }),
  },
  {
    rpc: 'ControllerPublishVolume',
    ending: (end) => ({
      controller: (real) => ({
        ControllerPublishVolume: (request) => real.ControllerPublishVolume(request).finally(end),
      }),
    }),
  },
  {
    rpc: 'NodeStageVolume',
    ending: (end) => ({
      node: (real) => ({
        NodeStageVolume: (request) => real.NodeStageVolume(request).finally(end),
      }),
    }),
  },
  {
    rpc: 'NodePublishVolume',
    ending: (end) => ({
      node: (real) => ({
        NodePublishVolume: (request) => real.NodePublishVolume(request).finally(end),
      }),
    }),
  },
];

describe('a run that is ended', () => {
  const driver = withDriver();

  for (const { rpc, ending } of LAST_CALLS) {
    it(`undoes everything when its signal aborts during a ${rpc}`, async () => {
      const stopping = new AbortController();
      const front = await breakDriver(
        driver.endpoint,
        `unix://${driver.scratch.path(`${rpc}.sock`)}`,
        ending(() => stopping.abort()),
      );
      const workDirectory = driver.scratch.make('work');
      try {
        const report = await checkConformance({
          endpoint: front.endpoint,
          workDirectory,
          only: ['publish-table'],
          callTimeoutMs: PATIENCE_MS,
          signal: stopping.signal,
        });
        expect(report.interrupted).to.equal(true);
        expect(report.leftBehind).to.deep.equal([]);
        expect(report.results.map(({ status }) => status)).to.deep.equal(['untestable']);
        expect(report.results[0]?.deviations).to.deep.equal([]);
      } finally {
        await front.stop();
      }
      const { entries } = await driver.client.controller.ListVolumes({});
      expect(entries).to.deep.equal([]);
      expect(readdirSync(join(driver.options.poolDir, 'volumes'))).to.deep.equal([]);
      expect(mountsBelow(driver.scratch.root), 'mounts').to.have.lengthOf(1);
      expect(readdirSync(workDirectory)).to.deep.equal([]);
    });
  }
});
