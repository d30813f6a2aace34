import {
  mkdirSync,
  readFileSync,
  renameSync,
  rmdirSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { expect } from 'chai';
import { mounterOver } from '../../src/host/bind-mounter.js';
import { classicApi } from '../../src/host/classic-api.js';
import { MountRefusal } from '../../src/host/mount-refusal.js';
import type { Mounter } from '../../src/host/mounter.js';
import { SyscallError } from '../../src/host/syscall-error.js';
import { MNT_DETACH, umount2 } from '../../src/host/syscalls.js';
import { treeApi } from '../../src/host/tree-api.js';
import { disturbed } from './disturbed-api.js';
import { mountSite, type MountSite, type Thing } from './mount-site.js';
import { expectRefusal, isRoot, listing } from './scratch.js';

const apis = { tree: () => treeApi, classic: classicApi };

for (const [name, apiOf] of Object.entries(apis)) {
  describe(`mounterOver (${name} calls) when something goes wrong`, function () {
    let site: MountSite;
    /** What happens after every check, right before the mount appears at the target. */
    let interfere: () => void;

    before(function () {
      if (!isRoot) this.skip();
    });
    beforeEach(() => {
      site = mountSite((workDirectory) =>
        mounterOver(disturbed(apiOf(workDirectory), () => interfere())),
      );
    });
    afterEach(() => site.remove());

    const away = () => site.path('pods', 'away');

    const swaps: Record<string, () => void> = {
      'a symlink to another directory': () => {
        renameSync(site.target, away());
        symlinkSync(site.make('elsewhere'), site.target);
      },
      'another empty directory': () => {
        renameSync(site.target, away());
        mkdirSync(site.target);
      },
      nothing: () => rmdirSync(site.target),
      'a directory of another parent': () => {
        renameSync(dirname(site.target), site.path('pods-away'));
        site.make('other-pods', 'target');
        symlinkSync('other-pods', dirname(site.target));
      },
    };
    for (const thing of ['nothing', 'an empty directory'] satisfies Thing[]) {
      for (const [title, swap] of Object.entries(swaps)) {
        it(`mounts nothing when a target that was ${thing} becomes ${title} meanwhile`, () => {
          site.put(thing);
          let swapped: string[] = [];
          interfere = () => {
            swap();
            swapped = listing(site.root).filter((line) => !line.includes('mounting'));
          };
          expect(() => site.bind())
            .to.throw()
            .with.property('reason', 'no-target');
          // What the mounter made, it takes back wherever its parent is by now.
          const unmade = thing === 'nothing' ? 'pods-away/target' : '(none)';
          const expected = swapped.filter((line) => !line.startsWith(unmade));
          expect(listing(site.root)).to.deep.equal(expected);
        });
      }
    }

    for (const thing of ['nothing', 'an empty directory', 'an empty file'] satisfies Thing[]) {
      it(`leaves a target that was ${thing} as it was when the kernel refuses`, () => {
        site.put(thing);
        interfere = () => {
          throw new SyscallError('EPERM', 'mount', 'Operation not permitted');
        };
        const source = thing === 'an empty file' ? site.file : site.directory;
        expectRefusal(site.root, 'not-permitted', () => site.bind({ source }));
      });
    }

    it('takes a mount away again when it cannot be seen whether it is in its place', () => {
      const api = apiOf(site.work);
      let attached = false;
      const failing = mounterOver({
        ...api,
        statusTellsMounts: false,
        isMountRoot(parent, entry) {
          if (attached) throw new SyscallError('EMFILE', 'statx', 'Too many open files');
          return api.isMountRoot(parent, entry);
        },
        clone(source, attributes) {
          const mount = api.clone(source, attributes);
          return {
            ...mount,
            attach(target) {
              mount.attach(target);
              attached = true;
            },
          };
        },
      });
      site.put('nothing');
      const before = listing(site.root);
      expect(() => failing.bind(site.request())).to.throw('Too many open files');
      expect(listing(site.root)).to.deep.equal(before);
    });

    it('mounts nothing in a private directory, whatever a parent is swapped for meanwhile', () => {
      const kept = site.make('kept');
      const api = apiOf(site.work);
      const mounter = mounterOver(api, [kept]);
      symlinkSync(kept, site.path('pods', 'link'));
      for (const target of [`${kept}/target`, site.path('pods', 'link', 'target')]) {
        const before = listing(site.root);
        expect(() => mounter.bind(site.request({ target })))
          .to.throw()
          .with.property('reason', 'private');
        expect(() => mounter.removeTarget(target))
          .to.throw()
          .with.property('reason', 'private');
        expect(listing(site.root)).to.deep.equal(before);
      }
    });

    /** A mounter where something happens, once, after it has looked and before it acts. */
    const mounterDisturbedBy = (disturb: () => void): Mounter => {
      const api = apiOf(site.work);
      let pending = true;
      return mounterOver({
        ...api,
        isMountRoot(parent, entry) {
          const answer = api.isMountRoot(parent, entry);
          if (pending) disturb();
          pending = false;
          return answer;
        },
      });
    };

    it('does not unmount what a symlink leads to that takes the place of a mount meanwhile', () => {
      interfere = () => {};
      const elsewhere = site.path('pods', 'elsewhere');
      for (const target of [site.target, elsewhere]) site.bind({ target });
      const mounter = mounterDisturbedBy(() => {
        umount2(site.target, MNT_DETACH);
        rmdirSync(site.target);
        symlinkSync(elsewhere, site.target);
      });
      expect(mounter.unbind(site.target)).to.equal(false);
      expect(site.mounter.look(elsewhere)).to.include({ mounted: true });
    });

    it('does not remove a file that gets content meanwhile', () => {
      site.put('an empty file');
      const mounter = mounterDisturbedBy(() => writeFileSync(site.target, 'content'));
      expect(() => mounter.removeTarget(site.target)).to.throw(MountRefusal, 'content');
      expect(readFileSync(site.target, 'utf8')).to.equal('content');
    });

    it('passes on an error that is no refusal, and leaves nothing', () => {
      interfere = () => {
        throw new SyscallError('ENOMEM', 'mount', 'Out of memory');
      };
      const before = listing(site.root);
      expect(() => site.bind()).to.throw(SyscallError, 'ENOMEM');
      expect(listing(site.root)).to.deep.equal(before);
    });
  });
}
