import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { rebuildStore } from '../../src/assembly/rebuild.js';
import { PoolError } from '../../src/host/pool-marker.js';
import { attachedBelow, listing } from '../host/scratch.js';
import { rejectionOf } from '../store/rejection.js';
import { attachedAre } from './attached.js';
import { withDriver } from './driver-under-test.js';
import { eventually } from './eventually.js';
import { deleteAll, newSnapshot } from './new-snapshot.js';
import { createRequest, newVolume } from './new-volume.js';
import { refused } from './refusal.js';
import { stagedVolume, stagedVolumeOf } from './test-volume.js';

describe('pool rebuild', () => {
  const driver = withDriver({ capacity: { '': '100Gi', fast: '100Gi' } });
  let lines: readonly string[] = [];

  const store = (): string => join(driver.options.stateDir, 'store');
  const inPool = (...names: string[]): string => join(driver.options.poolDir, 'volumes', ...names);
  const descriptor = (id: string): string => inPool(id, 'volume.json');

  /** Loses the store while the driver is stopped, after `damage` was done to the pool, and rebuilds it. */
  async function rebuild(damage: () => unknown = () => {}): Promise<void> {
    const { options } = driver;
    await driver.restart({}, async () => {
      rmSync(store(), { recursive: true });
      await damage();
      lines = await rebuildStore(options);
    });
  }
  async function ids(): Promise<string[]> {
    const { entries } = await driver.client.controller.ListVolumes({});
    return entries.map(({ volume }) => volume?.volume_id ?? '');
  }

  async function refusedRebuild(words: RegExp): Promise<void> {
    const { stateDir } = driver.options;
    const before = listing(stateDir);
    const error = await rejectionOf(rebuildStore(driver.options), PoolError);
    expect(error.message).to.match(words);
    expect(listing(stateDir)).to.deep.equal(before);
  }

  afterEach(async () => {
    for (const volume_id of await ids()) {
      await driver.client.controller.ControllerUnpublishVolume({ volume_id });
      await driver.client.controller.DeleteVolume({ volume_id });
    }
    const trash = join(driver.options.poolDir, 'trash');
    await eventually(() => expect(readdirSync(trash)).to.deep.equal([]));
  });

  it('every volume is known again, by its id and its name, with its size and kind', async () => {
    const { controller } = driver.client;
    const requests = [
      createRequest({ name: '../\u00e9', parameters: { kind: 'fast' } }),
      createRequest({ capacity_range: { required_bytes: '4096' } }),
    ];
    const made = [];
    for (const request of requests) made.push(await newVolume(driver.client, request));
    const grown = { required_bytes: String(2n ** 32n) };
    const { volume_id = '' } = made[0] ?? {};
    await controller.ControllerExpandVolume({ volume_id, capacity_range: grown });
    const gone = await newVolume(driver.client);
    await controller.DeleteVolume({ volume_id: gone.volume_id });
    const before = await controller.ListVolumes({});
    const capacity = await controller.GetCapacity({ parameters: { kind: 'fast' } });

    await rebuild();
    expect(lines).to.have.lengthOf(1);
    expect(lines[0]).to.match(/^2 volumes are known again/);
    expect(await driver.client.controller.ListVolumes({})).to.deep.equal(before);
    const asked = { parameters: { kind: 'fast' } };
    expect(await driver.client.controller.GetCapacity(asked)).to.deep.equal(capacity);
    for (const [index, request] of requests.entries()) {
      const again = await newVolume(driver.client, request);
      expect(again.volume_id).to.equal(made[index]?.volume_id);
    }
  });

  it('a volume that was in use is attached anew, and has its data', async () => {
    const volume = await stagedVolume(driver, 'SINGLE_NODE_WRITER');
    await volume.publish('a');
    const file = join(volume.target('a'), 'file');
    writeFileSync(file, 'data');
    await rebuild(() => execFileSync('umount', [volume.target('a'), volume.stagingPath]));
    await refused(volume.stage(), 'FAILED_PRECONDITION', /ControllerPublishVolume comes first/);
    await volume.attach();
    await volume.stage();
    await volume.publish('a');
    expect(readFileSync(file, 'utf8')).to.equal('data');
    await volume.unpublish('a');
    await volume.unstage();
  });

  it('every snapshot is known again, also of a volume that is gone', async () => {
    const { volume_id } = await newVolume(driver.client);
    await newSnapshot(driver.client, volume_id, { name: '../\u00e9' });
    const gone = await newVolume(driver.client);
    const request = { name: 'kept', source_volume_id: gone.volume_id };
    const kept = await newSnapshot(driver.client, gone.volume_id, request);
    await driver.client.controller.DeleteVolume({ volume_id: gone.volume_id });
    const before = await driver.client.controller.ListSnapshots({});

    await rebuild();
    expect(lines[0]).to.equal('2 snapshots are known again');
    expect(await driver.client.controller.ListSnapshots({})).to.deep.equal(before);
    expect(await newSnapshot(driver.client, gone.volume_id, request)).to.deep.equal(kept);
    await deleteAll(driver.client);
  });

  it('a rebuild that was interrupted begins again', async () => {
    const { volume_id } = await newVolume(driver.client);
    await rebuild(() => {
      mkdirSync(`${store()}.rebuilding`);
      writeFileSync(`${store()}.rebuilding/CURRENT`, 'half');
    });
    expect(await ids()).to.deep.equal([volume_id]);
  });

  it('what cannot be read is told and left alone, also by the driver', async () => {
    const { volume_id } = await newVolume(driver.client);
    const damaged = await newVolume(driver.client);
    const kept = readFileSync(descriptor(damaged.volume_id));
    await rebuild(() => writeFileSync(descriptor(damaged.volume_id), '{"format":1'));
    expect(await ids()).to.deep.equal([volume_id]);
    expect(lines[0]).to.match(new RegExp(`^left alone: ${damaged.volume_id}, .*descriptor`));
    expect(readFileSync(descriptor(damaged.volume_id), 'utf8')).to.equal('{"format":1');
    await rebuild(() => writeFileSync(descriptor(damaged.volume_id), kept));
    expect(await ids()).to.have.members([volume_id, damaged.volume_id]);
  });

  it('of two volumes with one name, one is known again and the other is told', async () => {
    const { volume_id } = await newVolume(driver.client, { name: 'twice' });
    const copy = 'vol-copy';
    await rebuild(() => {
      mkdirSync(inPool(copy, 'data'), { recursive: true });
      const text = readFileSync(descriptor(volume_id), 'utf8').replaceAll(volume_id, copy);
      writeFileSync(descriptor(copy), text);
    });
    const [known = ''] = await ids();
    const other = known === copy ? volume_id : copy;
    expect(await ids()).to.deep.equal([known]);
    expect(lines[0]).to.match(new RegExp(`^left alone: ${other}, whose name "twice" ${known} has`));
    rmSync(inPool(other), { recursive: true });
  });

  it('a store that appears meanwhile is left alone', () =>
    driver.restart({}, async () => {
      const { stateDir } = driver.options;
      renameSync(store(), join(stateDir, 'kept'));
      const marker = readFileSync(join(driver.options.poolDir, 'pool.json'));
      const rebuilding = rejectionOf(rebuildStore(driver.options), Error);
      mkdirSync(store());
      writeFileSync(join(store(), 'CURRENT'), 'precious');
      await rebuilding;
      expect(readFileSync(join(store(), 'CURRENT'), 'utf8')).to.equal('precious');
      rmSync(store(), { recursive: true });
      rmSync(`${store()}.rebuilding`, { recursive: true });
      renameSync(join(stateDir, 'kept'), store());
      writeFileSync(join(driver.options.poolDir, 'pool.json'), marker);
    }));

  describe('is refused, with nothing changed,', () => {
    it('where a store is', () =>
      driver.restart({}, () => refusedRebuild(/there is a store at .*move it away/)));

    it('while volumes are mounted, with where', async () => {
      const volume = await stagedVolume(driver, 'MULTI_NODE_MULTI_WRITER');
      const targets = ['a', 'b', 'c', 'd', 'e', 'f'];
      for (const name of targets) await volume.publish(name);
      await driver.restart({}, async () => {
        const kept = join(driver.options.stateDir, 'kept');
        renameSync(store(), kept);
        const paths = [volume.stagingPath, ...targets.slice(0, 4).map(volume.target)].join(', ');
        await refusedRebuild(new RegExp(`mounted at ${paths} and 2 more: unmount them first`));
        await rejectionOf(rebuildStore({ ...driver.options, services: ['node'] }), PoolError);
        renameSync(kept, store());
      });
      for (const name of targets) await volume.unpublish(name);
      await volume.unstage();
    });

    for (const format of ['raw', 'ext4'] as const) {
      it(`while a volume that is an image is attached, ${format}, with the device`, async () => {
        const volume = await stagedVolumeOf(format, driver, 'SINGLE_NODE_WRITER');
        await attachedAre(driver.scratch.root, 1);
        await driver.restart({}, async () => {
          const kept = join(driver.options.stateDir, 'kept');
          renameSync(store(), kept);
          const [device] = attachedBelow(driver.scratch.root).map((line) => line.split(' ')[0]);
          await refusedRebuild(new RegExp(`attached to /dev/${device}: unmount`));
          renameSync(kept, store());
        });
        await volume.unstage();
      });
    }

    it('while an image is attached by a path that leads nowhere any more, as of a container that is gone', async () => {
      const volume = await stagedVolumeOf('raw', driver, 'SINGLE_NODE_WRITER');
      await volume.unstage();
      const [id = ''] = await ids();
      await driver.restart({}, async () => {
        const kept = join(driver.options.stateDir, 'kept');
        renameSync(store(), kept);
        const pool = driver.scratch.make('container');
        execFileSync('mount', ['--bind', driver.options.poolDir, pool]);
        const image = join(pool, 'volumes', id, 'image');
        const device = execFileSync('losetup', ['--find', '--show', image], { encoding: 'utf8' });
        try {
          execFileSync('umount', ['--lazy', pool]);
          await refusedRebuild(new RegExp(`attached to ${device.trim()}: unmount`));
        } finally {
          execFileSync('losetup', ['--detach', device.trim()]);
        }
        renameSync(kept, store());
      });
    });

    it('where no pool is', () =>
      driver.restart({}, async () => {
        const { stateDir, poolDir } = driver.options;
        renameSync(store(), join(stateDir, 'kept'));
        renameSync(poolDir, `${poolDir}.kept`);
        await refusedRebuild(/there is no pool at/);
        renameSync(join(stateDir, 'kept'), store());
        renameSync(`${poolDir}.kept`, poolDir);
      }));
  });
});
