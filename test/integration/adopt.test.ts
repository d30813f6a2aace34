import { execFileSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { AdminError } from '../../src/admin/admin-client.js';
import { adoptDirectory } from '../../src/assembly/adopt.js';
import { adoptAnywhere } from '../../src/cli/adopt.js';
import { StatusError } from '../../src/csi/status.js';
import { PoolError } from '../../src/host/pool-marker.js';
import type { Adoption } from '../../src/services/administration/adoption.js';
import { StoreError } from '../../src/store/store.js';
import { listing } from '../host/scratch.js';
import { rejectionOf } from '../store/rejection.js';
import { withDriver } from './driver-under-test.js';
import { eventually } from './eventually.js';
import { newVolume } from './new-volume.js';
import { refused } from './refusal.js';
import { mountCapability } from './test-volume.js';

describe('pool adopt', () => {
  const driver = withDriver({ attach: false, maxVolumeSize: '10Gi' });
  const path = (...names: string[]): string => driver.scratch.path(...names);
  const inPool = (...names: string[]): string => join(driver.options.poolDir, 'volumes', ...names);
  const adoption = (changed: Partial<Adoption> = {}): Adoption => ({
    directory: path('data'),
    id: 'static-1',
    name: 'static-1',
    bytes: undefined,
    modes: ['MULTI_NODE_MULTI_WRITER'],
    ...changed,
  });

  beforeEach(() => {
    mkdirSync(path('data'), { mode: 0o751 });
    writeFileSync(path('data', 'file'), 'precious');
  });
  afterEach(async () => {
    const { entries } = await driver.client.controller.ListVolumes({});
    for (const { volume } of entries) {
      await driver.client.controller.DeleteVolume({ volume_id: volume?.volume_id ?? '' });
    }
    rmSync(path('data'), { recursive: true, force: true });
    // What was deleted is removed in the background.
    const trash = join(driver.options.poolDir, 'trash');
    await eventually(() => expect(readdirSync(trash)).to.deep.equal([]));
  });

  async function adopt(changed?: Partial<Adoption>): Promise<readonly string[]> {
    let lines: readonly string[] = [];
    const { options } = driver;
    await driver.restart({}, async () => {
      lines = await adoptDirectory(options, adoption(changed));
    });
    return lines;
  }

  /** Expects a refusal while the driver is stopped, with every file as before. */
  async function refusedAdoption(words: RegExp, changed?: Partial<Adoption>): Promise<void> {
    const { options } = driver;
    await driver.restart({}, async () => {
      const before = listing(driver.scratch.root).filter((line) => !/ dir\/store\//.test(line));
      const error = await rejectionOf(adoptDirectory(options, adoption(changed)), StatusError);
      expect(error.message).to.match(words);
      const after = listing(driver.scratch.root).filter((line) => !/ dir\/store\//.test(line));
      expect(after).to.deep.equal(before);
    });
  }

  it('makes a directory a volume, with its data, owner and mode', async () => {
    const { ino } = statSync(path('data'));
    const lines = await adopt({ bytes: 2n ** 20n });
    expect(lines[0]).to.match(/is volume static-1 now, of 1048576 bytes/);
    expect(existsSync(path('data'))).to.equal(false);
    const { volume } = await driver.client.controller.ControllerGetVolume({
      volume_id: 'static-1',
    });
    expect(volume).to.include({ volume_id: 'static-1', capacity_bytes: '1048576' });
    expect(volume?.accessible_topology).to.have.lengthOf(1);
    const status = statSync(inPool('static-1', 'data'));
    expect([status.ino, status.mode & 0o777]).to.deep.equal([ino, 0o751]);
  });

  it('and a PersistentVolume of it, without any volume_context, is staged and published', async () => {
    await adopt();
    const { node, controller } = driver.client;
    const target_path = path('target');
    const common = {
      volume_id: 'static-1',
      volume_capability: mountCapability('SINGLE_NODE_MULTI_WRITER'),
      staging_target_path: driver.scratch.make('staging'),
    };
    await node.NodeStageVolume(common);
    await node.NodePublishVolume({ ...common, target_path });
    expect(readFileSync(join(target_path, 'file'), 'utf8')).to.equal('precious');
    writeFileSync(join(target_path, 'new'), '');
    await node.NodeUnpublishVolume({ ...common, target_path });
    await node.NodeUnstageVolume(common);
    const again = { name: 'static-1', volume_capabilities: [common.volume_capability] };
    expect((await controller.CreateVolume(again)).volume?.volume_id).to.equal('static-1');
  });

  it('for a mode: the volume supports what that implies, and no more', async () => {
    await adopt({ modes: ['SINGLE_NODE_SINGLE_WRITER'] });
    const common = { volume_id: 'static-1', staging_target_path: driver.scratch.make('staging') };
    const many = mountCapability('SINGLE_NODE_MULTI_WRITER');
    const { node } = driver.client;
    await refused(
      node.NodeStageVolume({ ...common, volume_capability: many }),
      'FAILED_PRECONDITION',
      /created for SINGLE_NODE_SINGLE_WRITER/,
    );
    const single = mountCapability('SINGLE_NODE_WRITER');
    await node.NodeStageVolume({ ...common, volume_capability: single });
    await node.NodeUnstageVolume(common);
  });

  it('again: says the same, and changes nothing', async () => {
    const first = await adopt();
    expect(await adopt()).to.deep.equal(first);
  });

  it('while the driver runs: it does so itself, and refuses as it would do otherwise', async () => {
    const lines = await adoptAnywhere(driver.options, adoption({ bytes: 2n ** 20n }));
    expect(lines[0]).to.match(/is volume static-1 now, of 1048576 bytes/);
    expect(await adoptAnywhere(driver.options, adoption({ bytes: 2n ** 20n }))).to.deep.equal(
      lines,
    );
    expect(existsSync(path('data'))).to.equal(false);
    expect(readFileSync(inPool('static-1', 'data', 'file'), 'utf8')).to.equal('precious');
    const { entries } = await driver.client.controller.ListVolumes({});
    expect(entries.map(({ volume }) => volume?.volume_id)).to.deep.equal(['static-1']);
    mkdirSync(path('data'));
    const again = adoptAnywhere(driver.options, adoption());
    const error = await rejectionOf(again, AdminError);
    expect([error.code, error.message]).to.deep.equal([
      'FAILED_PRECONDITION',
      'volume static-1 with the name "static-1" exists already: choose another id and name',
    ]);
  });

  it('while the driver runs without an admin socket: StoreError that says so', async () => {
    const options = { ...driver.options, adminSocket: '' };
    const error = await rejectionOf(adoptAnywhere(options, adoption()), StoreError);
    expect(error.message).to.match(/another driver uses the state directory .*: stop it/);
    expect(readFileSync(path('data', 'file'), 'utf8')).to.equal('precious');
  });

  it('with the options of a node alone: refused', async () => {
    const options = { ...driver.options, services: ['node'] as const };
    await rejectionOf(adoptDirectory(options, adoption()), PoolError);
    expect(readFileSync(path('data', 'file'), 'utf8')).to.equal('precious');
  });

  it('of an id or a name that is taken: refused', async () => {
    const { volume_id } = await newVolume(driver.client, { name: 'taken' });
    await refusedAdoption(/exists already/, { id: volume_id });
    await refusedAdoption(/exists already/, { name: 'taken' });
  });

  for (const id of ['', '../up', 'a/b', '.hidden', '-a', 'a'.repeat(129), 'ü']) {
    it(`of the id ${JSON.stringify(id.slice(0, 20))}: refused`, async () => {
      await refusedAdoption(/the id of a volume has/, { id });
    });
  }

  for (const name of ['', 'a\0b', 'n'.repeat(129)]) {
    it(`of the name ${JSON.stringify(name.slice(0, 20))}: refused`, async () => {
      await refusedAdoption(/^name /, { name });
    });
  }

  it('of a size beyond the largest: refused', async () => {
    await refusedAdoption(/at most 10737418240/, { bytes: 2n ** 40n });
  });

  describe('is refused for', () => {
    it('nothing', async () => {
      await refusedAdoption(/there is no directory/, { directory: path('none') });
    });

    it('a file', async () => {
      await refusedAdoption(/no directory/, { directory: path('data', 'file') });
    });

    it('a symlink, and what is reached through one', async () => {
      mkdirSync(path('data', 'inner'));
      symlinkSync(path('data'), path('link'));
      await refusedAdoption(/it is a symlink/, { directory: path('link') });
      await refusedAdoption(/reached through a symlink; its own path is .*data\/inner$/, {
        directory: path('link', 'inner'),
      });
      rmSync(path('link'));
    });

    it('what is in the pool or the state directory, or around them', async () => {
      const { poolDir, stateDir } = driver.options;
      for (const directory of [
        poolDir,
        inPool(),
        join(poolDir, 'trash'),
        join(stateDir, 'inline'),
      ]) {
        await refusedAdoption(/is in .*the driver's own/, { directory });
      }
      for (const directory of [driver.scratch.root, '/']) {
        await refusedAdoption(/the driver's own, is in it/, { directory });
      }
    });

    it('what is mounted on, or in', async () => {
      mkdirSync(path('data', 'inner'));
      for (const at of [path('data'), path('data', 'inner')]) {
        execFileSync('mount', ['--bind', at, at]);
        await refusedAdoption(/something is mounted at/);
        execFileSync('umount', [at]);
      }
    });

    it('a directory of another file system, with the words how to copy it', async () => {
      execFileSync('mount', ['-t', 'tmpfs', 'none', path('data')]);
      mkdirSync(path('data', 'inner'));
      await refusedAdoption(/another file system .*"cp -a"/, { directory: path('data', 'inner') });
      execFileSync('umount', [path('data')]);
    });

    it('an id whose directory is in the pool without a record', async () => {
      const { volume_id } = await newVolume(driver.client);
      const { options } = driver;
      renameSync(inPool(volume_id), path('kept'));
      await driver.client.controller.DeleteVolume({ volume_id });
      renameSync(path('kept'), inPool(volume_id));
      await refusedAdoption(/which no record knows/, { id: volume_id });
      await refusedAdoption(/which no record knows/, { id: volume_id, directory: path('none') });
      rmSync(join(options.poolDir, 'volumes', volume_id), { recursive: true });
    });
  });
});
