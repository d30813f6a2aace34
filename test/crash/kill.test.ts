import { setTimeout as delay } from 'node:timers/promises';
import type { Format } from '../../src/model/format.js';
import { isRoot } from '../host/scratch.js';
import { createCo } from './co.js';
import { createRandom, seedOfRun } from './random.js';
import { ended, recovered } from './recovery.js';
import { site, type Site } from './site.js';

/** What is killed how often: image volumes take longer to make and to mount. */
const BURSTS: readonly { readonly formats: readonly Format[]; readonly rounds: number }[] = [
  { formats: ['directory'], rounds: 50 },
  { formats: ['directory', 'raw', 'ext4'], rounds: 25 },
];

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
  for (const { formats, rounds } of BURSTS) {
    it(`${formats.join(', ')}, ${rounds} times: what was acknowledged holds, nothing half-made counts, nothing leaks (seed ${seed})`, async () => {
      const numbers = createRandom(seed);
      const co = createCo(place.pods, numbers, formats);
      for (let round = 0; round < rounds; round += 1) {
        if (round % 5 === 0) {
          // Another crash while it recovers from the last one or, the first time, while all is new.
          const starting = place.launch();
          await delay(100 + numbers.below(150));
          await starting.kill();
        }
        const driver = await recovered(co, place);
        if (round % 10 === 9) await co.takeDown(driver.client);
        const burst = co.burst(driver.client, ['UNAVAILABLE']);
        await Promise.race([burst, delay(5 + numbers.below(120 * formats.length))]);
        await driver.kill();
        await burst;
      }
      await ended(co, place, await recovered(co, place));
    }).timeout(900_000);
  }
});
