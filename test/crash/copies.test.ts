import { randomUUID } from 'node:crypto';
import { statSync, writeFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { expect } from 'chai';
import { isRoot } from '../host/scratch.js';
import { createCopyCo, type CopyCo } from './copy-co.js';
import { makeDisk } from './disk.js';
import { powerLine } from './power-line.js';
import { createRandom, seedOfRun } from './random.js';
import { site, type Served, type Site } from './site.js';

/** After a crash of any kind, what was acknowledged is whole, and what was not leaves nothing. */
describe('snapshots and clones', () => {
  let place: Site;
  const seed = seedOfRun();

  before(function () {
    if (!isRoot) this.skip();
  });
  afterEach(() => place.remove());

  async function recovered(co: CopyCo): Promise<Served> {
    const driver = await place.serve();
    await co.checkPromises(driver.client);
    await co.retry(driver.client);
    await co.checkExactly(driver.client);
    return driver;
  }

  const KILLS = 25;
  it(`${KILLS} times kill -9 in a burst: what was acknowledged is whole, nothing half-made is left (seed ${seed})`, async () => {
    place = site();
    const numbers = createRandom(seed);
    let driver = await place.serve();
    const co = await createCopyCo(place, driver.client, numbers);
    for (let round = 0; round < KILLS; round += 1) {
      const burst = co.burst(driver.client, ['UNAVAILABLE']);
      await Promise.race([burst, delay(5 + numbers.below(200))]);
      await driver.kill();
      await burst;
      driver = await recovered(co);
    }
    await ended(co, driver);
  }).timeout(600_000);

  const CUTS = 8;
  it(`${CUTS} times a power failure in a burst: what was acknowledged is whole (seed ${seed})`, async function () {
    place = site('disk/state');
    const disk = makeDisk(place.root, place.path('disk'), 'journal');
    if (disk === undefined) return this.skip();
    const numbers = createRandom(seed);
    let driver = await place.serve();
    const co = await createCopyCo(place, driver.client, numbers);
    let flushed = 0;
    for (let round = 0; round < CUTS; round += 1) {
      const line = powerLine(driver.client);
      const burst = co.burst(line.client, ['INTERNAL', 'UNAVAILABLE', 'RESOURCE_EXHAUSTED']);
      await Promise.race([burst, delay(20 + numbers.below(300))]);
      const unflushed = place.path('disk', randomUUID());
      writeFileSync(unflushed, 'in memory only');
      line.cut();
      disk.cutPower();
      await driver.kill();
      await burst;
      disk.powerOn();
      const { size } = statSync(unflushed, { throwIfNoEntry: false }) ?? { size: 0 };
      if (size > 0) flushed += 1;
      driver = await recovered(co);
    }
    // A copy that ends just then has all that is on the disk flushed, this file too.
    expect(flushed, 'rounds that are void: what was never flushed is on the disk').to.be.below(
      CUTS,
    );
    return ended(co, driver);
  }).timeout(600_000);
});

async function ended(co: CopyCo, driver: Served): Promise<void> {
  await co.takeDown(driver.client);
  await co.checkExactly(driver.client);
  expect(await driver.stop()).to.have.property('code', 0);
}
