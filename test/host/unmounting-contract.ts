import { execFileSync } from 'node:child_process';
import { closeSync, mkdirSync, openSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { MountRefusal } from '../../src/host/mount-refusal.js';
import type { Mounter } from '../../src/host/mounter.js';
import { rejectionOf } from '../store/rejection.js';
import { mountSite, type MountSite } from './mount-site.js';
import { identityOf, isRoot, listing, mountsBelow } from './scratch.js';

/** What every Mounter promises of both its ways to take away whatever mount is at a path. */
export function unmountingContract(name: string, open: (workDirectory: string) => Mounter): void {
  for (const way of ['unbind', 'close'] as const) {
    describe(`${way} of ${name}`, function () {
      let site: MountSite;
      const unmount = async (path: string): Promise<boolean> => site.mounter[way](path);

      before(function () {
        if (!isRoot) this.skip();
      });
      beforeEach(() => {
        site = mountSite(open);
      });
      afterEach(() => site.remove());

      it('removes the mount, and the target is as it was', async () => {
        mkdirSync(site.target);
        const before = listing(site.root);
        site.bind();
        expect(await unmount(site.target)).to.equal(true);
        expect(listing(site.root)).to.deep.equal(before);
      });

      it('removes a mount of anything', async () => {
        site.put('a mount of another directory');
        expect(await unmount(site.target)).to.equal(true);
        expect(site.mounter.look(site.target)).to.include({ kind: 'directory', mounted: false });
      });

      it('removes mounts one by one, the upper one first', async () => {
        site.bind();
        execFileSync('mount', ['--bind', site.make('volumes', 'upper'), site.target]);
        expect(await unmount(site.target)).to.equal(true);
        expect(site.mounter.shows(site.target, identityOf(site.directory))).to.equal(true);
        expect(await unmount(site.target)).to.equal(true);
        expect(await unmount(site.target)).to.equal(false);
      });

      it('is false, and changes nothing, where nothing is mounted', async () => {
        for (const thing of ['a directory with content', 'a symlink to nothing'] as const) {
          site.put(thing);
          const before = listing(site.root);
          expect(await unmount(site.target)).to.equal(false);
          expect(listing(site.root)).to.deep.equal(before);
          rmSync(site.target, { recursive: true });
        }
        expect(await unmount(site.target)).to.equal(false);
        expect(await unmount(join(site.target, 'below'))).to.equal(false);
      });

      it('does not follow a symlink to a mount', async () => {
        site.bind();
        symlinkSync(site.target, site.path('link'));
        expect(await unmount(site.path('link'))).to.equal(false);
        expect(await unmount(site.path('link/'))).to.equal(false);
        expect(site.mounter.look(site.target)).to.include({ mounted: true });
      });

      it('takes a path that ends in no name for no mount, and leaves it alone', async () => {
        site.make('volumes', 'directory', 'inner');
        site.bind();
        for (const path of [`${site.target}/.`, `${site.target}/inner/..`, '/']) {
          expect(await unmount(path)).to.equal(false);
        }
        expect(mountsBelow(site.target)).to.have.length(1);
      });

      it('refuses a path that is not absolute or holds a NUL', async () => {
        for (const path of ['target', '', `${site.target}\0`, `${site.root}/\0/target`]) {
          expect((await rejectionOf(unmount(path), Error)).message).to.match(
            /not an absolute path|NUL/,
          );
        }
      });

      it('refuses to remove a mount that is in use: busy', async () => {
        site.bind();
        const before = listing(site.root);
        const user = openSync(join(site.target, 'content'), 'r');
        try {
          const refusal = await rejectionOf(unmount(site.target), MountRefusal);
          expect(refusal.reason).to.equal('busy');
          expect(listing(site.root)).to.deep.equal(before);
        } finally {
          closeSync(user);
        }
        expect(await unmount(site.target)).to.equal(true);
      });
    });
  }
}
