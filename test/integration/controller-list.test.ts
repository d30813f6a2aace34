import { expect } from 'chai';
import type { ListVolumesResponse__Output } from '../../src/csi/generated/csi/v1/ListVolumesResponse.js';
import { withDriver } from './driver-under-test.js';
import { newVolume } from './new-volume.js';
import { refused } from './refusal.js';
import { mountCapability } from './test-volume.js';

const VOLUMES = 25;

const idsIn = ({ entries }: ListVolumesResponse__Output): string[] =>
  entries.map(({ volume }) => volume?.volume_id ?? '');

describe('ListVolumes', () => {
  const driver = withDriver();
  const list = (max_entries = 0, starting_token = '') =>
    driver.client.controller.ListVolumes({ max_entries, starting_token });
  let ids: string[] = [];

  before(async () => {
    const volumes = Array.from({ length: VOLUMES }, () => newVolume(driver.client));
    ids = (await Promise.all(volumes)).map(({ volume_id }) => volume_id).toSorted();
  });

  /** Follows the tokens from one page on; `between` runs before each further page. */
  async function pages(
    size: number,
    between: (seen: readonly string[]) => unknown = () => {},
  ): Promise<string[][]> {
    const found: string[][] = [];
    for (let token = ''; ;) {
      const page = await list(size, token);
      found.push(idsIn(page));
      if (page.next_token === '') return found;
      token = page.next_token;
      await between(found.flat());
    }
  }

  it('no max_entries: all of them, as CreateVolume and ControllerGetVolume tell of them', async () => {
    const { entries, next_token } = await list();
    expect(next_token).to.equal('');
    expect(entries.map(({ volume }) => volume?.volume_id)).to.deep.equal(ids);
    for (const { volume } of entries) {
      const volume_id = volume?.volume_id ?? '';
      const got = await driver.client.controller.ControllerGetVolume({ volume_id });
      expect(got.volume).to.deep.equal(volume);
    }
  });

  for (let size = 1; size <= VOLUMES + 1; size += 1) {
    it(`pages of ${size}: every volume once, and no page is larger or empty`, async () => {
      const found = await pages(size);
      expect(found.flat()).to.deep.equal(ids);
      expect(found).to.have.lengthOf(Math.ceil(VOLUMES / size));
      for (const page of found.slice(0, -1)) expect(page).to.have.lengthOf(size);
    });
  }

  it('tokens outlive a restart', async () => {
    expect((await pages(10, () => driver.restart())).flat()).to.deep.equal(ids);
  });

  it('while volumes come and go: none that stays is missed, none comes twice', async () => {
    const extra = await Promise.all(Array.from({ length: 10 }, () => newVolume(driver.client)));
    const passing = extra.map(({ volume_id }) => volume_id);
    const gone = [...passing];
    const seen = await pages(3, async (before) => {
      // The last one seen goes, and with it the volume that the token names.
      const last = gone.findIndex((id) => id === before.at(-1));
      const [volume_id] = gone.splice(Math.max(last, 0), 1);
      if (volume_id !== undefined) await driver.client.controller.DeleteVolume({ volume_id });
      passing.push((await newVolume(driver.client)).volume_id);
    });
    const found = seen.flat();
    expect(new Set(found).size).to.equal(found.length);
    expect(found.filter((id) => ids.includes(id))).to.deep.equal(ids);
    expect(found).to.deep.equal(found.toSorted());
    for (const volume_id of passing) await driver.client.controller.DeleteVolume({ volume_id });
  });

  it('from a token whose volume is deleted: the ones after it', async () => {
    const { volume_id } = await newVolume(driver.client);
    const position = [...ids, volume_id].toSorted().indexOf(volume_id);
    const { next_token } = await list(position + 1);
    await driver.client.controller.DeleteVolume({ volume_id });
    if (position < VOLUMES)
      expect(idsIn(await list(0, next_token))).to.deep.equal(ids.slice(position));
    else expect(next_token).to.equal('');
  });

  for (const token of ['1', 'vol-1', 'after:', 'after:../x', 'x'.repeat(200), '\n']) {
    it(`the token ${JSON.stringify(token).slice(0, 20)}: ABORTED`, () =>
      refused(list(1, token), 'ABORTED', /starting_token/));
  }
  for (const max_entries of [-1, -(2 ** 31)]) {
    it(`max_entries ${max_entries}: INVALID_ARGUMENT`, () =>
      refused(list(max_entries), 'INVALID_ARGUMENT', /^max_entries must not be negative/));
  }
  it('max_entries beyond all: all', async () => {
    expect(idsIn(await list(2 ** 31 - 1))).to.deep.equal(ids);
  });

  it('published_node_ids: where a volume is controller-published now', async () => {
    const [volume_id = ''] = ids;
    const { controller } = driver.client;
    const published = async () => {
      const { entries } = await list(1);
      const got = await controller.ControllerGetVolume({ volume_id });
      return [entries[0]?.status?.published_node_ids, got.status?.published_node_ids];
    };
    const volume_capability = mountCapability('SINGLE_NODE_WRITER');
    const node_id = driver.nodeId;
    expect(await published()).to.deep.equal([[], []]);
    await controller.ControllerPublishVolume({ volume_id, node_id, volume_capability });
    expect(await published()).to.deep.equal([[node_id], [node_id]]);
    await controller.ControllerUnpublishVolume({ volume_id, node_id });
    expect(await published()).to.deep.equal([[], []]);
  });

  it('without LIST_VOLUMES_PUBLISHED_NODES and VOLUME_CONDITION no status, without LIST_VOLUMES no list', async () => {
    await driver.restart({
      withoutControllerCapability: ['LIST_VOLUMES_PUBLISHED_NODES', 'VOLUME_CONDITION'],
    });
    for (const { status } of (await list()).entries) expect(status).to.equal(null);
    await driver.restart({ withoutControllerCapability: ['LIST_VOLUMES'] });
    await refused(list(), 'UNIMPLEMENTED');
    await driver.restart();
    expect(idsIn(await list())).to.deep.equal(ids);
  });
});

describe('ControllerGetVolume', () => {
  const driver = withDriver();
  const get = (volume_id: string) => driver.client.controller.ControllerGetVolume({ volume_id });

  it('tells of a volume what CreateVolume told', async () => {
    const volume = await newVolume(driver.client, { capacity_range: { required_bytes: '4096' } });
    expect(await get(volume.volume_id)).to.deep.equal({
      volume,
      status: {
        published_node_ids: [],
        volume_condition: {
          abnormal: false,
          message: 'the volume is healthy: its data is in place',
        },
      },
    });
  });
  for (const id of ['vol-1', '..', '__proto__']) {
    it(`${id}, which does not exist: NOT_FOUND`, () => refused(get(id), 'NOT_FOUND', /^volume /));
  }
  it('a deleted volume: NOT_FOUND', async () => {
    const { volume_id } = await newVolume(driver.client);
    await driver.client.controller.DeleteVolume({ volume_id });
    await refused(get(volume_id), 'NOT_FOUND', new RegExp(volume_id));
  });
  it('no volume_id: INVALID_ARGUMENT', () =>
    refused(get(''), 'INVALID_ARGUMENT', /^volume_id is required/));
});
