import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { withDriver } from './driver-under-test.js';
import { eventually } from './eventually.js';
import { newVolume } from './new-volume.js';

const VOLUMES = 2000;
const AT_A_TIME = 50;

/** Does something with all of them, so many at a time. */
async function withEach<T, Result>(all: T[], act: (each: T) => Promise<Result>): Promise<Result[]> {
  const results: Result[] = [];
  for (let start = 0; start < all.length; start += AT_A_TIME) {
    results.push(...(await Promise.all(all.slice(start, start + AT_A_TIME).map(act))));
  }
  return results;
}

describe(`${VOLUMES} volumes`, () => {
  const driver = withDriver({ capacity: { '': '2000Gi' } });

  it('are created, listed whole and in pages, found after a restart, and deleted', async () => {
    const names = Array.from({ length: VOLUMES }, (_, index) => `pvc-${index}`);
    const volumes = await withEach(names, (name) => newVolume(driver.client, { name }));
    const ids = volumes.map(({ volume_id }) => volume_id).toSorted();
    expect(new Set(ids).size).to.equal(VOLUMES);
    expect(await driver.client.controller.GetCapacity({})).to.have.property(
      'available_capacity',
      '0',
    );

    await driver.restart();
    const { controller } = driver.client;
    const whole = await controller.ListVolumes({});
    expect(whole.entries.map(({ volume }) => volume?.volume_id)).to.deep.equal(ids);
    let paged: unknown[] = [];
    let starting_token = '';
    do {
      const page = await controller.ListVolumes({ max_entries: 333, starting_token });
      paged = [...paged, ...page.entries];
      starting_token = page.next_token;
    } while (starting_token !== '');
    expect(paged).to.deep.equal(whole.entries);

    await withEach(ids, (volume_id) => controller.DeleteVolume({ volume_id }));
    expect((await controller.ListVolumes({})).entries).to.deep.equal([]);
    const left = () => readdirSync(join(driver.options.poolDir, 'trash'));
    await eventually(() => expect(left()).to.deep.equal([]));
    expect(readdirSync(join(driver.options.poolDir, 'volumes'))).to.deep.equal([]);
  }).timeout(300_000);
});
