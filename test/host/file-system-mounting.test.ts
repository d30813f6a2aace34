import { execFileSync } from 'node:child_process';
import {
  closeSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { eventually } from '../integration/eventually.js';
import { needImages } from './images.js';
import { mounterOver } from '../../src/host/bind-mounter.js';
import { classicApi } from '../../src/host/classic-api.js';
import { makeFileSystem } from '../../src/host/file-system.js';
import { MountRefusal } from '../../src/host/mount-refusal.js';
import type { Mounter, OpenRequest } from '../../src/host/mounter.js';
import { SyscallError } from '../../src/host/syscall-error.js';
import { treeApi } from '../../src/host/tree-api.js';
import { loopSite, type LoopSite } from './loop-site.js';
import { otherNamespace } from './namespace.js';
import { attachedBelow, identityOf, listing, mountsBelow } from './scratch.js';

const apis = { tree: () => treeApi, classic: classicApi };

for (const [name, apiOf] of Object.entries(apis)) {
  describe(`mounterOver (${name} calls) with a file system on a device`, function () {
    let site: LoopSite;
    let mounter: Mounter;
    let target: string;

    needImages('ext4');
    beforeEach(async () => {
      site = loopSite('shared', 32 * 2 ** 20);
      mounter = mounterOver(apiOf(site.make('work')));
      target = join(site.make('pods'), 'target');
      await makeFileSystem('ext4', site.image);
    });
    afterEach(() => site.remove());

    /** Opens the file system at the target, on a device that goes with its last mount. */
    async function open(changed: Partial<OpenRequest> = {}, readonly = false): Promise<void> {
      using device = site.attach({ autoclear: true });
      await mounter.open({
        fileSystem: { type: 'ext4', device: device.path, readonly, options: [] },
        target,
        createTarget: true,
        attributes: [],
        ...changed,
      });
    }

    /** Whoever looks into a new device, as udev does, holds it for a moment. */
    const noneAttached = () => eventually(() => expect(attachedBelow(site.root)).to.deep.equal([]));

    async function refused(reason: MountRefusal['reason']): Promise<void> {
      const before = listing(site.root);
      const outcome = await open().catch((error: unknown) => error);
      expect(outcome).to.be.instanceOf(MountRefusal).with.property('reason', reason);
      expect(listing(site.root)).to.deep.equal(before);
      await noneAttached();
    }

    it('shows it for reading and writing, and the device goes with the last mount', async () => {
      await open();
      writeFileSync(join(target, 'file'), 'data');
      const copy = site.path('pods', 'copy');
      const identity = identityOf(target);
      mounter.bind({ source: target, identity, target: copy, createTarget: true, attributes: [] });
      expect(await mounter.close(target)).to.equal(true);
      expect(readFileSync(join(copy, 'file'), 'utf8')).to.equal('data');
      expect(await mounter.close(copy)).to.equal(true);
      await noneAttached();
      await open();
      expect(readFileSync(join(target, 'file'), 'utf8')).to.equal('data');
    });

    it('opens it in a thread, and other mounts are made meanwhile', async () => {
      const opening = open();
      // All that goes on before this thread waits for others.
      for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
      expect(mounter.look(target)).to.not.include({ mounted: true });
      const source = site.make('source');
      const copy = site.path('pods', 'copy');
      const identity = identityOf(source);
      mounter.bind({ source, identity, target: copy, createTarget: true, attributes: [] });
      await opening;
      expect(mounter.look(target)).to.include({ mounted: true });
      expect(mounter.unbind(copy, identity)).to.equal(true);
      expect(readdirSync(site.path('work'))).to.deep.equal([]);
    });

    it('several are opened, some where that is refused, by mounters of one work directory', async () => {
      const other = mounterOver(apiOf(site.path('work')));
      using device = site.attach({ autoclear: true });
      const options: string[] = [];
      const fileSystem = { type: 'ext4', device: device.path, readonly: false, options };
      const targets = ['a', 'b', 'c', 'd'].map((each) => site.path('pods', each));
      const opened = targets.map((path, index) =>
        (index % 2 === 0 ? mounter : other).open({
          fileSystem: index === 1 ? { ...fileSystem, options: ['nonsense'] } : fileSystem,
          target: path,
          createTarget: true,
          attributes: [],
        }),
      );
      const outcomes = await Promise.allSettled(opened);
      const found = outcomes.map(({ status }) => status);
      expect(found).to.deep.equal(['fulfilled', 'rejected', 'fulfilled', 'fulfilled']);
      for (const [index, path] of targets.entries()) {
        if (index !== 1) expect(await other.close(path)).to.equal(true);
      }
      expect(readdirSync(site.path('work'))).to.deep.equal([]);
      expect(mountsBelow(site.path('work'))).to.deep.equal([]);
    });

    it('takes over an empty directory', async () => {
      mkdirSync(target);
      await open({ createTarget: false });
      expect(mounter.look(target)).to.include({ kind: 'directory', mounted: true });
    });

    it('is read-only in every namespace, by attribute or as a whole', async () => {
      for (const readonly of [false, true]) {
        await open({ attributes: ['ro'] }, readonly);
        const other = await otherNamespace();
        try {
          for (const path of [target, join(other.root, target)]) {
            expect(() => writeFileSync(join(path, 'file'), '')).to.throw('EROFS');
          }
        } finally {
          await other.end();
        }
        await mounter.close(target);
      }
    });

    it('takes options of the file system, and attributes of the mount', async () => {
      const options = ['commit=7', 'noauto_da_alloc'];
      using device = site.attach({ autoclear: true });
      const fileSystem = { type: 'ext4', device: device.path, readonly: false, options };
      await mounter.open({ fileSystem, target, createTarget: true, attributes: ['noexec'] });
      const [, , , , , attributes = '', ...rest] = (mountsBelow(target)[0] ?? '').split(' ');
      expect(attributes.split(',')).to.include('noexec');
      expect((rest.at(-1) ?? '').split(',')).to.include.members(options);
    });

    it('deviceAt tells the number of a device, symlinks followed, and nothing of all else', () => {
      using device = site.attach({ autoclear: true });
      const link = site.path('link');
      symlinkSync(device.path, link);
      for (const path of [device.path, link]) {
        expect(mounter.deviceAt(path)).to.equal(device.number);
      }
      expect(mounter.look(device.path)).to.include({ blockDevice: device.number, mounted: false });
      for (const path of [site.root, site.image, '/dev/null', site.path('nowhere', 'at all')]) {
        expect(mounter.deviceAt(path)).to.equal(undefined);
      }
    });

    describe('refuses, and leaves no device', () => {
      it('a directory with content: not-empty', async () => {
        mkdirSync(join(target, 'content'), { recursive: true });
        await refused('not-empty');
      });
      it('a file: wrong-kind', async () => {
        writeFileSync(target, '');
        await refused('wrong-kind');
      });
      it('a symlink', async () => {
        symlinkSync(site.make('empty'), target);
        await refused('symlink');
      });
      it('a mount: foreign-mount', async () => {
        mkdirSync(target);
        execFileSync('mount', ['-t', 'tmpfs', 'none', target]);
        await refused('foreign-mount');
      });
      it('a missing parent: no-parent', async () => {
        target = join(target, 'below');
        await refused('no-parent');
      });
    });

    it('rejects, with nothing made, when there is no such file system or option', async () => {
      const before = listing(site.root);
      using device = site.attach({ autoclear: true });
      const wrongs = [
        { type: 'xfs', options: [] },
        { type: 'nofs', options: [] },
        { type: 'ext4', options: ['no-such-option'] },
        { type: 'ext4', options: ['commit=x'] },
      ];
      for (const wrong of wrongs) {
        const fileSystem = { ...wrong, device: device.path, readonly: false };
        const request = { fileSystem, target, createTarget: true, attributes: [] };
        const outcome = await mounter.open(request).catch((error: unknown) => error);
        expect(outcome).to.be.instanceOf(SyscallError);
      }
      expect(listing(site.root)).to.deep.equal(before);
    });

    describe('close', () => {
      it('is false where nothing is mounted', async () => {
        mkdirSync(target);
        for (const path of [target, site.path('nowhere', 'at all')]) {
          expect(await mounter.close(path)).to.equal(false);
        }
      });

      it('refuses a mount that is in use: busy', async () => {
        await open();
        const user = openSync(join(target, 'file'), 'w');
        const outcome = await mounter.close(target).catch((error: unknown) => error);
        expect(outcome).to.be.instanceOf(MountRefusal).with.property('reason', 'busy');
        closeSync(user);
        expect(await mounter.close(target)).to.equal(true);
      });
    });
  });
}
