import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import type { CreateSnapshotRequest } from '../../src/csi/generated/csi/v1/CreateSnapshotRequest.js';
import type { Code } from '../../src/csi/status.js';
import { refusedKeepingAll } from './controller-state.js';
import { withDriver } from './driver-under-test.js';
import { eventually } from './eventually.js';
import { deleteAll, newSnapshot } from './new-snapshot.js';
import { newVolume } from './new-volume.js';

describe('CreateSnapshot and DeleteSnapshot', () => {
  const driver = withDriver();
  let volume_id = '';

  beforeEach(async () => {
    ({ volume_id } = await newVolume(driver.client));
  });
  afterEach(() => deleteAll(driver.client));

  const inPool = (...names: string[]) => join(driver.options.poolDir, ...names);
  const below = (name: string) => readdirSync(inPool(name));
  const create = (request: CreateSnapshotRequest) =>
    driver.client.controller.CreateSnapshot(request);

  it('answers all that the spec requires, ready to use, and has the data', async () => {
    writeFileSync(inPool('volumes', volume_id, 'data', 'file'), 'content');
    const begun = Date.now();
    const snapshot = await newSnapshot(driver.client, volume_id);
    const { volume } = await driver.client.controller.ControllerGetVolume({ volume_id });
    expect(snapshot).to.include({
      source_volume_id: volume_id,
      size_bytes: volume?.capacity_bytes,
      ready_to_use: true,
    });
    const { seconds = '', nanos = 0 } = snapshot.creation_time ?? {};
    const created = Number(seconds) * 1000 + nanos / 1e6;
    expect(created).to.be.within(begun, Date.now());
    const data = inPool('snapshots', snapshot.snapshot_id, 'data');
    expect(readFileSync(join(data, 'file'), 'utf8')).to.equal('content');
    expect(below('incoming-snapshots')).to.deep.equal([]);
  });

  it('again by the same name: the same snapshot, also after the volume has changed', async () => {
    const first = await newSnapshot(driver.client, volume_id, { name: 'daily' });
    writeFileSync(inPool('volumes', volume_id, 'data', 'later'), '');
    await driver.restart();
    expect(await newSnapshot(driver.client, volume_id, { name: 'daily' })).to.deep.equal(first);
    expect(below('snapshots')).to.deep.equal([first.snapshot_id]);
    expect(readdirSync(inPool('snapshots', first.snapshot_id, 'data'))).to.deep.equal([]);
  });

  it('again when the volume is gone: the same snapshot', async () => {
    const first = await newSnapshot(driver.client, volume_id, { name: 'kept' });
    await driver.client.controller.DeleteVolume({ volume_id });
    expect(await newSnapshot(driver.client, volume_id, { name: 'kept' })).to.deep.equal(first);
  });

  it('again when its data is gone: FAILED_PRECONDITION', async () => {
    const { snapshot_id } = await newSnapshot(driver.client, volume_id, { name: 'lost' });
    rmSync(inPool('snapshots', snapshot_id), { recursive: true });
    const again = () => create({ name: 'lost', source_volume_id: volume_id });
    await refusedKeepingAll(driver, again, 'FAILED_PRECONDITION', /data of snapshot .* is gone/);
  });

  it('the same name for another volume: ALREADY_EXISTS that names both', async () => {
    const other = await newVolume(driver.client);
    const { snapshot_id } = await newSnapshot(driver.client, volume_id, { name: 'taken' });
    const again = () => create({ name: 'taken', source_volume_id: other.volume_id });
    const words = new RegExp(`${snapshot_id}.*${volume_id}`);
    await refusedKeepingAll(driver, again, 'ALREADY_EXISTS', words);
  });

  it('a volume and a snapshot may have the same name', async () => {
    const volume = await newVolume(driver.client, { name: 'both' });
    const snapshot = await newSnapshot(driver.client, volume.volume_id, { name: 'both' });
    expect(snapshot.source_volume_id).to.equal(volume.volume_id);
  });

  const REFUSED: [what: string, request: CreateSnapshotRequest, code: Code, words: RegExp][] = [
    ['no name', { name: '' }, 'INVALID_ARGUMENT', /^name is required/],
    ['no volume', { source_volume_id: '' }, 'INVALID_ARGUMENT', /^source_volume_id is required/],
    ['a name of 129 bytes', { name: 'x'.repeat(129) }, 'INVALID_ARGUMENT', /^name must not exceed/],
    ['a name with a NUL', { name: 'a\0b' }, 'INVALID_ARGUMENT', /^name must not contain/],
    ['a volume that is not there', { source_volume_id: 'vol-1' }, 'NOT_FOUND', /^volume vol-1 /],
    ['an id that climbs', { source_volume_id: '../..' }, 'NOT_FOUND', /^volume \.\.\/\.\. /],
    [
      'parameters that nobody knows',
      { parameters: { 'csi.storage.k8s.io/x': '', incremental: 'true' } },
      'INVALID_ARGUMENT',
      /^parameters\["incremental"\] is not known/,
    ],
  ];
  for (const [what, request, code, words] of REFUSED) {
    it(`${what}: ${code}`, () => {
      const asked = { name: 'refused', source_volume_id: volume_id, ...request };
      return refusedKeepingAll(driver, () => create(asked), code, words);
    });
  }

  it('a snapshot of a snapshot: NOT_FOUND, as it is no volume', async () => {
    const { snapshot_id } = await newSnapshot(driver.client, volume_id);
    const again = () => create({ name: 'again', source_volume_id: snapshot_id });
    await refusedKeepingAll(driver, again, 'NOT_FOUND', /^volume snap-/);
  });

  for (const name of ['x'.repeat(128), '../../x', '__proto__', 'données 数据 "\n"', '.']) {
    it(`the name ${JSON.stringify(name).slice(0, 30)}: OK, twice the same`, async () => {
      const first = await newSnapshot(driver.client, volume_id, { name });
      expect(await newSnapshot(driver.client, volume_id, { name })).to.deep.equal(first);
    });
  }

  it("the provisioner's own parameters are welcome", () =>
    newSnapshot(driver.client, volume_id, {
      parameters: { 'csi.storage.k8s.io/volumesnapshot/name': 'daily' },
      secrets: { key: 'secret' },
    }));

  it('racing by one name: one snapshot', async () => {
    const race = Array.from({ length: 8 }, () =>
      newSnapshot(driver.client, volume_id, { name: 'raced' }),
    );
    const ids = (await Promise.all(race)).map(({ snapshot_id }) => snapshot_id);
    expect(new Set(ids).size).to.equal(1);
    expect(below('snapshots')).to.deep.equal([ids[0]]);
  });

  it('deleted: gone from the pool and the list, and its name is free', async () => {
    const { snapshot_id } = await newSnapshot(driver.client, volume_id, { name: 'gone' });
    await driver.client.controller.DeleteSnapshot({ snapshot_id });
    expect((await driver.client.controller.ListSnapshots({})).entries).to.deep.equal([]);
    expect(below('snapshots')).to.deep.equal([]);
    await eventually(() => expect(below('trash-snapshots')).to.deep.equal([]));
    const again = await newSnapshot(driver.client, volume_id, { name: 'gone' });
    expect(again.snapshot_id).not.to.equal(snapshot_id);
  });

  for (const snapshot_id of ['snap-1', '..', '../volumes', '__proto__']) {
    it(`deleting ${snapshot_id}, which does not exist: OK, and nothing else goes`, async () => {
      await newSnapshot(driver.client, volume_id);
      const before = [below('snapshots'), below('volumes')];
      await driver.client.controller.DeleteSnapshot({ snapshot_id });
      expect([below('snapshots'), below('volumes')]).to.deep.equal(before);
    });
  }

  it('deleting without an id: INVALID_ARGUMENT', () =>
    refusedKeepingAll(
      driver,
      () => driver.client.controller.DeleteSnapshot({}),
      'INVALID_ARGUMENT',
      /^snapshot_id is required/,
    ));

  it('deleting the volume leaves its snapshots as they are', async () => {
    writeFileSync(inPool('volumes', volume_id, 'data', 'file'), 'content');
    const snapshot = await newSnapshot(driver.client, volume_id);
    await driver.client.controller.DeleteVolume({ volume_id });
    await driver.restart();
    const { entries } = await driver.client.controller.ListSnapshots({});
    expect(entries).to.deep.equal([{ snapshot }]);
    const file = inPool('snapshots', snapshot.snapshot_id, 'data', 'file');
    expect(readFileSync(file, 'utf8')).to.equal('content');
  });
});
