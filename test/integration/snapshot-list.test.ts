import { expect } from 'chai';
import type { ListSnapshotsRequest } from '../../src/csi/generated/csi/v1/ListSnapshotsRequest.js';
import { withDriver } from './driver-under-test.js';
import { newSnapshot } from './new-snapshot.js';
import { newVolume } from './new-volume.js';
import { refused } from './refusal.js';

describe('ListSnapshots', () => {
  const driver = withDriver();
  const ids: string[] = [];
  const volumes: string[] = [];
  const sources = new Map<string, string>();

  before(async () => {
    for (let number = 0; number < 3; number += 1) {
      volumes.push((await newVolume(driver.client)).volume_id);
    }
    for (let number = 0; number < 10; number += 1) {
      const source = volumes[number % 2] ?? '';
      const { snapshot_id } = await newSnapshot(driver.client, source);
      ids.push(snapshot_id);
      sources.set(snapshot_id, source);
    }
    ids.sort();
  });

  const list = (request: ListSnapshotsRequest = {}) =>
    driver.client.controller.ListSnapshots(request);
  async function listed(request: ListSnapshotsRequest): Promise<string[]> {
    return (await list(request)).entries.map(({ snapshot }) => snapshot?.snapshot_id ?? '');
  }
  const ofVolume = (volume: string | undefined) => ids.filter((id) => sources.get(id) === volume);

  it('no filter: all, each as CreateSnapshot tells of it', async () => {
    expect(await listed({})).to.deep.equal(ids);
    for (const { snapshot } of (await list()).entries) {
      expect(snapshot).to.deep.include({
        source_volume_id: sources.get(snapshot?.snapshot_id ?? ''),
        ready_to_use: true,
      });
    }
  });

  it('by source_volume_id: those of that volume', async () => {
    for (const source_volume_id of volumes) {
      expect(await listed({ source_volume_id })).to.deep.equal(ofVolume(source_volume_id));
    }
  });

  it('by snapshot_id: that one; with its source too', async () => {
    for (const snapshot_id of ids) {
      const source_volume_id = sources.get(snapshot_id) ?? '';
      expect(await listed({ snapshot_id })).to.deep.equal([snapshot_id]);
      expect(await listed({ snapshot_id, source_volume_id })).to.deep.equal([snapshot_id]);
    }
  });

  it('by a snapshot_id with the id of another volume: none', async () => {
    const [snapshot_id = ''] = ids;
    const other = volumes.find((volume) => volume !== sources.get(snapshot_id)) ?? '';
    expect(await listed({ snapshot_id, source_volume_id: other })).to.deep.equal([]);
  });

  for (const unknown of ['x', '..', '__proto__', 'constructor']) {
    it(`by ${unknown}, which does not exist: none`, async () => {
      expect(await listed({ snapshot_id: unknown })).to.deep.equal([]);
      expect(await listed({ source_volume_id: unknown })).to.deep.equal([]);
    });
  }

  for (const filter of ['all', 'of one volume'] as const) {
    for (const max_entries of [1, 3, 5, 10, 11]) {
      it(`${filter}, pages of ${max_entries}: every snapshot once, in order`, async () => {
        const [first = ''] = volumes;
        const source_volume_id = filter === 'all' ? '' : first;
        const expected = filter === 'all' ? ids : ofVolume(first);
        const found: string[][] = [];
        let starting_token = '';
        do {
          const page = await list({ max_entries, starting_token, source_volume_id });
          found.push(page.entries.map(({ snapshot }) => snapshot?.snapshot_id ?? ''));
          starting_token = page.next_token;
        } while (starting_token !== '');
        expect(found.flat()).to.deep.equal(expected);
        expect(found).to.have.lengthOf(Math.ceil(expected.length / max_entries));
      });
    }
  }

  it('a token outlives a restart, and the deletion of the snapshot that it names', async () => {
    const { snapshot_id } = await newSnapshot(driver.client, volumes[0] ?? '');
    const all = [...ids, snapshot_id].toSorted();
    const { next_token } = await list({ max_entries: all.indexOf(snapshot_id) + 1 });
    await driver.client.controller.DeleteSnapshot({ snapshot_id });
    await driver.restart();
    const rest = next_token === '' ? [] : await listed({ starting_token: next_token });
    expect(rest).to.deep.equal(ids.filter((id) => id > snapshot_id));
  });

  for (const starting_token of ['1', 'after:', 'after:../x', 'x'.repeat(200), '\n']) {
    it(`the token ${JSON.stringify(starting_token).slice(0, 20)}: ABORTED`, () =>
      refused(list({ starting_token }), 'ABORTED', /starting_token/));
  }

  it('a negative max_entries: INVALID_ARGUMENT', () =>
    refused(list({ max_entries: -1 }), 'INVALID_ARGUMENT', /^max_entries must not be negative/));

  it('an id beyond the limit: INVALID_ARGUMENT', async () => {
    const long = 'x'.repeat(129);
    await refused(list({ snapshot_id: long }), 'INVALID_ARGUMENT', /^snapshot_id must not exceed/);
    await refused(list({ source_volume_id: long }), 'INVALID_ARGUMENT', /^source_volume_id must/);
  });
});
