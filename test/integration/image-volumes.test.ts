import { execFileSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { needImages } from '../host/images.js';
import { otherNamespace, type Namespace } from '../host/namespace.js';
import { attachedBelow, mountsBelow } from '../host/scratch.js';
import { attachedAre } from './attached.js';
import { withDriver } from './driver-under-test.js';
import { refusedUnchanged } from './refusal.js';
import { takenDownVolumes } from './takedown.js';
import { capabilityOf, type TestVolume } from './test-volume.js';
import { READ_ONLY_CODE, readText, showsText, writeText } from './volume-text.js';

for (const format of ['raw', 'ext4', 'xfs'] as const) {
  describe(`${format} volumes, which are images`, () => {
    needImages(format);
    const driver = withDriver();
    const volumes = takenDownVolumes(driver, format);
    const code = READ_ONLY_CODE[format];
    const write = (path: string, text = 'text') => writeText(format, path, text);
    const read = (path: string) => readText(format, path, 4);
    /** Where a staged volume is mounted. */
    const staged = ({ stagingPath }: TestVolume) =>
      format === 'raw' ? join(stagingPath, 'device') : stagingPath;
    const attached = () => attachedBelow(driver.scratch.root);

    it('data outlives unpublish and unstage, and nothing else does', async () => {
      const volume = await volumes.staged('SINGLE_NODE_WRITER');
      await volume.publish('a');
      write(volume.target('a'));
      await volume.unpublish('a');
      await volume.unstage();
      expect(mountsBelow(driver.scratch.root)).to.have.lengthOf(1);
      await attachedAre(driver.scratch.root, 0);
      await volume.stage();
      expect(read(staged(volume))).to.equal('text');
      await volume.publish('b');
      expect(read(volume.target('b'))).to.equal('text');
    });

    it('one device serves all writable publications', async () => {
      const volume = await volumes.staged('SINGLE_NODE_MULTI_WRITER');
      for (const name of ['a', 'b', 'c']) await volume.publish(name);
      await attachedAre(driver.scratch.root, 1);
    });

    it('repeats are OK and change nothing', async () => {
      const volume = await volumes.staged('SINGLE_NODE_MULTI_WRITER');
      await volume.publish('a');
      const before = [mountsBelow(driver.scratch.root), attached()];
      await volume.stage();
      await volume.publish('a');
      expect([mountsBelow(driver.scratch.root), attached()]).to.deep.equal(before);
      for (let count = 0; count < 2; count += 1) await volume.unpublish('a');
      for (let count = 0; count < 2; count += 1) await volume.unstage();
    });

    describe('read-only publications refuse writes from every mount namespace', () => {
      let other: Namespace | undefined;
      afterEach(async () => {
        await other?.end();
        other = undefined;
      });

      async function expectReadOnly({ target }: TestVolume): Promise<void> {
        other = await otherNamespace();
        for (const path of [target('a'), join(other.root, target('a'))]) {
          expect(() => write(path)).to.throw(code);
        }
      }

      it('by the readonly flag', async () => {
        const volume = await volumes.staged('SINGLE_NODE_WRITER');
        await volume.publish('a', { readonly: true });
        await expectReadOnly(volume);
      });

      for (const mode of ['SINGLE_NODE_READER_ONLY', 'MULTI_NODE_READER_ONLY'] as const) {
        it(`by the access mode ${mode}, staged too`, async () => {
          const volume = await volumes.staged(mode);
          await volume.publish('a');
          await expectReadOnly(volume);
          expect(() => write(staged(volume))).to.throw(code);
          await attachedAre(driver.scratch.root, 1);
        });
      }

      it('by a controller publish with readonly, staged too', async () => {
        const volume = await volumes.created('SINGLE_NODE_WRITER');
        await volume.attach({ readonly: true });
        await volume.stage();
        await volume.publish('a');
        await expectReadOnly(volume);
        expect(() => write(staged(volume))).to.throw(code);
      });

      it('beside a writable one, whichever came first', async () => {
        const volume = await volumes.staged('SINGLE_NODE_MULTI_WRITER');
        await volume.publish('first', { readonly: true });
        await volume.publish('writable');
        await volume.publish('second', { readonly: true });
        write(volume.target('writable'));
        for (const name of ['first', 'second']) {
          expect(() => write(volume.target(name))).to.throw(code);
          await showsText(format, volume.target(name), 'text');
        }
        // Those of a block volume share a device of their own, which goes with the last of them.
        await attachedAre(driver.scratch.root, format === 'raw' ? 2 : 1);
        await volume.unpublish('first');
        expect(() => write(volume.target('second'))).to.throw(code);
        await volume.unpublish('second');
        await attachedAre(driver.scratch.root, 1);
      });
    });

    it('are the same after a restart of the driver', async () => {
      const volume = await volumes.staged('SINGLE_NODE_MULTI_WRITER');
      await volume.publish('a');
      await volume.publish('b', { readonly: true });
      write(volume.target('a'));
      const before = [mountsBelow(driver.scratch.root), attached()];
      await driver.restart();
      expect([mountsBelow(driver.scratch.root), attached()]).to.deep.equal(before);
      await volume.stage();
      await volume.publish('a');
      await volume.publish('b', { readonly: true });
      expect([mountsBelow(driver.scratch.root), attached()]).to.deep.equal(before);
      await showsText(format, volume.target('b'), 'text');
      await refusedUnchanged(driver, volume.unstage, 'FAILED_PRECONDITION', /targets\/a/);
    });

    describe('whose mounts are removed by hand', () => {
      const HANDS: [string, (...paths: string[]) => unknown][] = [
        ['umount', (...paths) => execFileSync('umount', paths)],
        [
          'umount while there is no driver',
          (...paths) => driver.restart({}, () => execFileSync('umount', paths)),
        ],
      ];
      for (const [how, unmount] of HANDS) {
        it(`${how} of a target: the same call mounts again`, async () => {
          const volume = await volumes.staged('SINGLE_NODE_SINGLE_WRITER');
          await volume.publish('a');
          await unmount(volume.target('a'));
          await volume.publish('a');
          write(volume.target('a'));
          await attachedAre(driver.scratch.root, 1);
        });

        it(`${how} of all: a stage begins anew, and leaks nothing`, async () => {
          const volume = await volumes.staged('SINGLE_NODE_SINGLE_WRITER');
          await volume.publish('a');
          await volume.publish('a');
          write(volume.target('a'));
          await unmount(volume.target('a'), staged(volume));
          await volume.stage();
          await volume.publish('a');
          expect(read(volume.target('a'))).to.equal('text');
          await attachedAre(driver.scratch.root, 1);
        });

        it(`${how} of all: unpublish and unstage are OK, and leak nothing`, async () => {
          const volume = await volumes.staged('SINGLE_NODE_SINGLE_WRITER');
          await volume.publish('a', { readonly: true });
          await unmount(volume.target('a'), staged(volume));
          await volume.unpublish('a');
          await volume.unstage();
          await attachedAre(driver.scratch.root, 0);
        });
      }
    });

    it('that were deleted by force are removed from their paths', async () => {
      const volume = await volumes.staged('SINGLE_NODE_MULTI_WRITER');
      await volume.publish('a');
      await volume.publish('b', { readonly: true });
      await volume.detach();
      await volume.remove();
      for (const name of ['a', 'b']) await volume.unpublish(name);
      await volume.unstage();
      expect(mountsBelow(driver.scratch.root)).to.have.lengthOf(1);
      await attachedAre(driver.scratch.root, 0);
    });

    it('whose image is gone are not mounted: FAILED_PRECONDITION', async () => {
      const volume = await volumes.created('SINGLE_NODE_WRITER');
      await volume.attach();
      rmSync(join(driver.options.poolDir, 'volumes', volume.id, 'image'));
      await refusedUnchanged(driver, volume.stage, 'FAILED_PRECONDITION', /gone from the pool/);
      await attachedAre(driver.scratch.root, 0);
    });

    it('are refused as the other access type: FAILED_PRECONDITION', async () => {
      const volume = await volumes.created('SINGLE_NODE_WRITER');
      await volume.attach();
      const volume_capability = capabilityOf(
        format === 'raw' ? 'directory' : 'raw',
        'SINGLE_NODE_WRITER',
      );
      const stage = () => volume.stage({ volume_capability });
      await refusedUnchanged(driver, stage, 'FAILED_PRECONDITION', /does not support/);
    });
  });

  describe(`${format} volumes without staging`, () => {
    needImages(format);
    const driver = withDriver({ withoutNodeCapability: ['STAGE_UNSTAGE_VOLUME'] });
    const volumes = takenDownVolumes(driver, format);

    it('share one device, read-only or not as each is published', async () => {
      const volume = await volumes.created('SINGLE_NODE_MULTI_WRITER');
      await volume.attach();
      const unstaged = { staging_target_path: '' };
      await volume.publish('read-only', { ...unstaged, readonly: true });
      await volume.publish('a', unstaged);
      await volume.publish('b', unstaged);
      writeText(format, volume.target('a'), 'text');
      for (const name of ['b', 'read-only']) await showsText(format, volume.target(name), 'text');
      const writeThere = () => writeText(format, volume.target('read-only'), 'text');
      expect(writeThere).to.throw(READ_ONLY_CODE[format]);
      const devices = format === 'raw' ? 2 : 1;
      await attachedAre(driver.scratch.root, devices);
      await volume.unpublish('a');
      writeText(format, volume.target('b'), 'more');
    });
  });
}
