import { setTimeout as delay } from 'node:timers/promises';
import { isRoot } from '../host/scratch.js';
import { createCo } from './co.js';
import { createRandom, seedOfRun } from './random.js';
import { ended, recovered } from './recovery.js';
import { site, type Site } from './site.js';

const ROUNDS = 50;

describe('kill -9 in a burst of calls', () => {
  let place: Site;

  before(function () {
    if (!isRoot) this.skip();
  });
  beforeEach(() => {
    place = site();
  });
  afterEach(() => place.remove());

  const seed = seedOfRun();
  it(`${ROUNDS} times: what was acknowledged holds, nothing half-made counts, nothing leaks (seed ${seed})`, async () => {
    const numbers = createRandom(seed);
    const co = createCo(place.pods, numbers);
    for (let round = 0; round < ROUNDS; round += 1) {
      if (round % 5 === 0) {
        // Another crash while it recovers from the last one or, the first time, while all is new.
        const starting = place.launch();
        await delay(100 + numbers.below(150));
        await starting.kill();
      }
      const driver = await recovered(co, place);
      if (round % 10 === 9) await co.takeDown(driver.client);
      const burst = co.burst(driver.client, ['UNAVAILABLE']);
      await Promise.race([burst, delay(5 + numbers.below(120))]);
      await driver.kill();
      await burst;
    }
    await ended(co, place, await recovered(co, place));
  }).timeout(120_000);
});
