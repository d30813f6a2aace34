import { execFileSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  rmdirSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import type { NodeStageVolumeRequest } from '../../src/csi/generated/csi/v1/NodeStageVolumeRequest.js';
import { mountsBelow } from '../host/scratch.js';
import { withDriver } from './driver-under-test.js';
import { refusedUnchanged } from './refusal.js';
import { takenDownVolumes } from './takedown.js';
import { mountCapability, type TestVolume } from './test-volume.js';

const MODE = 'MULTI_NODE_MULTI_WRITER';

describe('NodeStageVolume and NodeUnstageVolume', () => {
  const driver = withDriver();
  const volumes = takenDownVolumes(driver);
  let volume: TestVolume;
  const node = () => driver.client.node;
  /** Something else than the staging path of the volume. */
  const path = () => volume.target('odd');

  describe('the same path', () => {
    beforeEach(async () => {
      volume = await volumes.staged(MODE);
    });

    const SAME: [string, NodeStageVolumeRequest][] = [
      ['the same call', {}],
      [
        'another volume_mount_group, which is set for each pod',
        { volume_capability: mountCapability(MODE, { volume_mount_group: '1000' }) },
      ],
      ['other secrets', { secrets: { password: 'another' } }],
      ['another publish_context', { publish_context: { attached: 'otherwise' } }],
      ['another volume_context', { volume_context: { key: 'value' } }],
    ];
    for (const [name, changed] of SAME) {
      it(`${name}: OK, and nothing is mounted again`, async () => {
        const before = mountsBelow(driver.scratch.root);
        await volume.stage(changed);
        expect(mountsBelow(driver.scratch.root)).to.deep.equal(before);
      });
    }

    it('in other words: OK', async () => {
      const before = mountsBelow(driver.scratch.root);
      await volume.stage({ staging_target_path: `/.${volume.stagingPath}//` });
      expect(mountsBelow(driver.scratch.root)).to.deep.equal(before);
    });

    const OTHER: [string, NodeStageVolumeRequest][] = [
      ['another mode', { volume_capability: mountCapability('SINGLE_NODE_WRITER') }],
      ['another fs_type', { volume_capability: mountCapability(MODE, { fs_type: 'ext4' }) }],
      ['other mount_flags', { volume_capability: mountCapability(MODE, { mount_flags: ['ro'] }) }],
      ['block', { volume_capability: { access_mode: { mode: MODE }, block: {} } }],
    ];
    for (const [name, changed] of OTHER) {
      it(`${name}: ALREADY_EXISTS`, () =>
        refusedUnchanged(driver, () => volume.stage(changed), 'ALREADY_EXISTS', /already staged/));
    }
  });

  describe('what stands at the staging path', () => {
    const CASES: [string, () => void, RegExp][] = [
      ['nothing', () => {}, /does not exist/],
      ['a file', () => writeFileSync(path(), ''), /directory/],
      [
        'a directory with content',
        () => mkdirSync(join(path(), 'x'), { recursive: true }),
        /content/,
      ],
      ['a symlink to an empty directory', () => symlinkSync(volume.stagingPath, path()), /symlink/],
      ['a dangling symlink', () => symlinkSync('nowhere', path()), /symlink/],
    ];
    beforeEach(async () => {
      volume = await volumes.created(MODE);
      await volume.attach();
    });
    afterEach(() => rmSync(path(), { recursive: true, force: true }));

    for (const [name, put, expected] of CASES) {
      it(`${name}: FAILED_PRECONDITION, untouched`, async () => {
        put();
        const call = () => volume.stage({ staging_target_path: path() });
        await refusedUnchanged(driver, call, 'FAILED_PRECONDITION', expected);
        await volume.stage();
      });
    }

    it('nothing, and not even a parent: FAILED_PRECONDITION', () =>
      refusedUnchanged(
        driver,
        () => volume.stage({ staging_target_path: join(path(), 'a', 'b') }),
        'FAILED_PRECONDITION',
        /does not exist/,
      ));

    it('a foreign mount: FAILED_PRECONDITION, untouched', async () => {
      mkdirSync(path());
      execFileSync('mount', ['-t', 'tmpfs', 'none', path()]);
      const call = () => volume.stage({ staging_target_path: path() });
      await refusedUnchanged(driver, call, 'FAILED_PRECONDITION', /mount/);
      execFileSync('umount', [path()]);
    });

    it('the staging of another volume: FAILED_PRECONDITION, untouched', async () => {
      const other = await volumes.staged(MODE);
      const call = () => volume.stage({ staging_target_path: other.stagingPath });
      await refusedUnchanged(driver, call, 'FAILED_PRECONDITION', /mount/);
    });
  });

  describe('a publish takes the volume from where it is staged', () => {
    beforeEach(async () => {
      volume = await volumes.staged('SINGLE_NODE_SINGLE_WRITER', MODE);
    });

    it('not staged: FAILED_PRECONDITION', async () => {
      await volume.unstage();
      const call = () => volume.publish('a');
      await refusedUnchanged(driver, call, 'FAILED_PRECONDITION', /NodeStageVolume comes first/);
    });

    it('staged once, and the mount gone since: FAILED_PRECONDITION', async () => {
      execFileSync('umount', [volume.stagingPath]);
      const call = () => volume.publish('a');
      await refusedUnchanged(driver, call, 'FAILED_PRECONDITION', /NodeStageVolume comes first/);
    });

    it('an empty staging_target_path: FAILED_PRECONDITION', () =>
      refusedUnchanged(
        driver,
        () => volume.publish('a', { staging_target_path: '' }),
        'FAILED_PRECONDITION',
        /^staging_target_path is not set/,
      ));

    it('another staging_target_path: FAILED_PRECONDITION that says where it is staged', () =>
      refusedUnchanged(
        driver,
        () => volume.publish('a', { staging_target_path: driver.scratch.root }),
        'FAILED_PRECONDITION',
        new RegExp(`is staged at ${volume.stagingPath}, not at`),
      ));

    it('a mode that the staged one does not imply: FAILED_PRECONDITION', () =>
      refusedUnchanged(
        driver,
        () => volume.publish('a', { volume_capability: mountCapability(MODE) }),
        'FAILED_PRECONDITION',
        /staged for SINGLE_NODE_SINGLE_WRITER.*does not admit MULTI_NODE_MULTI_WRITER/,
      ));

    it('a mode that it implies: OK', async () => {
      const volume_capability = mountCapability('SINGLE_NODE_READER_ONLY');
      await volume.publish('a', { volume_capability });
      expect(mountsBelow(volume.target('a'))).to.have.lengthOf(1);
    });
  });

  describe('unstage', () => {
    beforeEach(async () => {
      volume = await volumes.staged(MODE);
    });

    it('while published: FAILED_PRECONDITION that names the targets', async () => {
      await volume.publish('a');
      await volume.publish('b');
      const both = new RegExp(`${volume.target('a')}, ${volume.target('b')}`);
      await refusedUnchanged(driver, volume.unstage, 'FAILED_PRECONDITION', both);
      await volume.unpublish('a');
      const last = new RegExp(`published at ${volume.target('b')}:`);
      await refusedUnchanged(driver, volume.unstage, 'FAILED_PRECONDITION', last);
      await volume.unpublish('b');
      await volume.unstage();
    });

    it('leaves the directory, which is the CO’s, empty', async () => {
      writeFileSync(join(volume.stagingPath, 'file'), 'data');
      await volume.unstage();
      expect(mountsBelow(volume.stagingPath)).to.deep.equal([]);
      rmdirSync(volume.stagingPath);
      mkdirSync(volume.stagingPath);
      await volume.stage();
      expect(readFileSync(join(volume.stagingPath, 'file'), 'utf8')).to.equal('data');
    });

    it('twice: OK', async () => {
      await volume.unstage();
      await volume.unstage();
      expect(existsSync(volume.stagingPath)).to.equal(true);
    });

    it('at a path where the volume is not staged: OK, and it stays where it is', async () => {
      const before = mountsBelow(driver.scratch.root);
      for (const other of [driver.scratch.make('elsewhere'), driver.scratch.path('nowhere')]) {
        const ids = { volume_id: volume.id, staging_target_path: other };
        await node().NodeUnstageVolume(ids);
      }
      expect(mountsBelow(driver.scratch.root)).to.deep.equal(before);
    });

    it('then the volume can be staged elsewhere, for another mode', async () => {
      await volume.unstage();
      const staging_target_path = driver.scratch.make('new-place');
      const volume_capability = mountCapability('SINGLE_NODE_WRITER');
      await volume.stage({ staging_target_path, volume_capability });
      expect(mountsBelow(staging_target_path)).to.have.lengthOf(1);
      const ids = { volume_id: volume.id, staging_target_path };
      await node().NodeUnstageVolume(ids);
    });
  });

  describe('staging and target path are different places', () => {
    beforeEach(async () => {
      volume = await volumes.staged(MODE);
    });

    it('publish where the volume is staged: FAILED_PRECONDITION', () =>
      refusedUnchanged(
        driver,
        () => volume.publish('a', { target_path: volume.stagingPath }),
        'FAILED_PRECONDITION',
        /already mounted at/,
      ));

    it('unpublish where it is staged: FAILED_PRECONDITION', () =>
      refusedUnchanged(
        driver,
        () => node().NodeUnpublishVolume({ volume_id: volume.id, target_path: volume.stagingPath }),
        'FAILED_PRECONDITION',
        /staged at/,
      ));

    it('stage where it is published, after the staging is gone: FAILED_PRECONDITION', async () => {
      await volume.publish('a');
      execFileSync('umount', [volume.stagingPath]);
      const staging_target_path = volume.target('a');
      const call = () => volume.stage({ staging_target_path });
      await refusedUnchanged(driver, call, 'FAILED_PRECONDITION', /already mounted at/);
    });

    it('unstage where it is published: FAILED_PRECONDITION', async () => {
      await volume.publish('a');
      const staging_target_path = volume.target('a');
      const call = () => node().NodeUnstageVolume({ volume_id: volume.id, staging_target_path });
      await refusedUnchanged(driver, call, 'FAILED_PRECONDITION', /published at/);
    });
  });
});
