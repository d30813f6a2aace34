import { expect } from 'chai';
import { checkExactly, checkPromises, checkSingleTargets } from './checks.js';
import type { Co } from './co.js';
import type { Served, Site } from './site.js';

/** Starts the driver after a crash and lets the CO ask again for what nobody answered. */
export async function recovered(co: Co, place: Site): Promise<Served> {
  const driver = await place.serve();
  await checkPromises(co, place, driver.client);
  await checkSingleTargets(co, place, driver.client);
  await co.retry(driver.client);
  await checkExactly(co, place, driver.client);
  return driver;
}

/** Takes all down and ends the driver: nothing is left. */
export async function ended(co: Co, place: Site, driver: Served): Promise<void> {
  await co.takeDown(driver.client);
  await checkExactly(co, place, driver.client);
  expect(place.mounts()).to.deep.equal([]);
  expect(await driver.stop()).to.have.property('code', 0);
}
