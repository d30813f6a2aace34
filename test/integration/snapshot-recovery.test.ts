import { mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { withDriver } from './driver-under-test.js';
import { eventually } from './eventually.js';
import { deleteAll, newSnapshot } from './new-snapshot.js';
import { newVolume } from './new-volume.js';
import { refused } from './refusal.js';

describe('a start after a crash in the middle of a snapshot', () => {
  const driver = withDriver();
  afterEach(() => deleteAll(driver.client));

  const inPool = (...names: string[]) => join(driver.options.poolDir, ...names);
  async function listed(): Promise<string[]> {
    const { entries } = await driver.client.controller.ListSnapshots({});
    return entries.map(({ snapshot }) => snapshot?.snapshot_id ?? '');
  }

  for (const place of ['incoming-snapshots', 'trash-snapshots']) {
    it(`removes what no record knows of ${place}/`, async () => {
      await driver.restart({}, () => {
        mkdirSync(inPool(place, 'snap-1', 'data', 'below'), { recursive: true });
        writeFileSync(inPool(place, 'snap-1', 'data', 'below', 'file'), '');
      });
      await eventually(() => expect(readdirSync(inPool(place))).to.deep.equal([]));
      expect(readdirSync(inPool('snapshots'))).to.deep.equal([]);
      expect(await listed()).to.deep.equal([]);
    });

    it(`brings back what has a record from ${place}/`, async () => {
      const { volume_id } = await newVolume(driver.client);
      const { snapshot_id } = await newSnapshot(driver.client, volume_id);
      await driver.restart({}, () => {
        renameSync(inPool('snapshots', snapshot_id), inPool(place, snapshot_id));
      });
      expect(readdirSync(inPool('snapshots'))).to.deep.equal([snapshot_id]);
      expect(await listed()).to.deep.equal([snapshot_id]);
      await newVolume(driver.client, { volume_content_source: { snapshot: { snapshot_id } } });
    });
  }

  it('leaves a directory alone that is no snapshot', async () => {
    await driver.restart({}, () => mkdirSync(inPool('snapshots', 'foreign')));
    expect(readdirSync(inPool('snapshots'))).to.deep.equal(['foreign']);
    expect(await listed()).to.deep.equal([]);
    rmSync(inPool('snapshots', 'foreign'), { recursive: true });
  });

  it('starts without the data of a snapshot, which can then only be deleted', async () => {
    const { volume_id } = await newVolume(driver.client);
    const { snapshot_id } = await newSnapshot(driver.client, volume_id);
    await driver.restart({}, () => rmSync(inPool('snapshots', snapshot_id), { recursive: true }));
    expect(await listed()).to.deep.equal([snapshot_id]);
    await refused(
      newVolume(driver.client, { volume_content_source: { snapshot: { snapshot_id } } }),
      'FAILED_PRECONDITION',
      /data of snapshot .* is gone/,
    );
    await driver.client.controller.DeleteSnapshot({ snapshot_id });
    expect(await listed()).to.deep.equal([]);
  });
});
