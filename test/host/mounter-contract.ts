import { mkdirSync, rmSync, statSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect } from 'chai';
import type { MountRefusal } from '../../src/host/mount-refusal.js';
import type { Mounter } from '../../src/host/mounter.js';
import { mountSite, type MountSite, type Thing } from './mount-site.js';
import { expectRefusal, identityOf, isRoot, listing, mountsBelow } from './scratch.js';

/** What every Mounter promises, checked on real directories. */
export function mounterContract(name: string, open: (workDirectory: string) => Mounter): void {
  describe(`${name} keeps the contract of Mounter`, function () {
    let site: MountSite;

    before(function () {
      if (!isRoot) this.skip();
    });
    beforeEach(() => {
      site = mountSite(open);
    });
    afterEach(() => site.remove());

    describe('look', () => {
      const kinds: [Thing, string, boolean][] = [
        ['an empty directory', 'directory', false],
        ['a file with content', 'file', false],
        ['a symlink to an empty directory', 'symlink', false],
        ['a symlink to nothing', 'symlink', false],
        ['a named pipe', 'other', false],
        ['a mount of the same directory', 'directory', true],
        ['a mount of a file', 'file', true],
      ];
      for (const [thing, kind, mounted] of kinds) {
        it(`sees ${thing} as ${kind}, ${mounted ? '' : 'not '}mounted`, () => {
          site.put(thing);
          const expected = { kind, mounted, identity: identityOf(site.target) };
          expect(site.mounter.look(site.target)).to.deep.equal(expected);
          expect(site.mounter.look(`${site.target}//`)).to.deep.equal(expected);
        });
      }

      it('sees nothing where nothing is', () => {
        symlinkSync('loop', site.path('loop'));
        const nowhere = [
          site.target,
          join(site.target, 'below'),
          join(site.file, 'below'),
          site.path('loop', 'below'),
          site.path('x'.repeat(256)),
          site.path('x/'.repeat(2100)),
        ];
        for (const path of nowhere)
          expect(site.mounter.look(path)).to.deep.equal({ kind: 'absent' });
      });

      it('follows symlinks on the way', () => {
        symlinkSync(dirname(site.directory), site.path('link'));
        const found = site.mounter.look(site.path('link', 'directory'));
        expect(found).to.deep.include({ kind: 'directory', identity: identityOf(site.directory) });
      });
    });

    describe('shows', () => {
      it('is true of a mount of exactly this directory or file', () => {
        for (const source of [site.directory, site.file]) {
          site.bind({ source });
          expect(site.mounter.shows(site.target, identityOf(source))).to.equal(true);
          site.mounter.unbind(site.target);
          site.mounter.removeTarget(site.target);
        }
      });

      it('is false of the directory itself, of a mount of another one, and of nothing', () => {
        expect(site.mounter.shows(site.directory, identityOf(site.directory))).to.equal(false);
        expect(site.mounter.shows(site.target, identityOf(site.directory))).to.equal(false);
        site.put('a mount of another directory');
        expect(site.mounter.shows(site.target, identityOf(site.directory))).to.equal(false);
      });
    });

    describe('bind', () => {
      const targets: [Thing, 'directory' | 'file'][] = [
        ['nothing', 'directory'],
        ['nothing', 'file'],
        ['an empty directory', 'directory'],
        ['an empty file', 'file'],
      ];
      for (const [thing, kind] of targets) {
        it(`shows a ${kind} at a target that is ${thing}`, () => {
          site.put(thing);
          const source = kind === 'directory' ? site.directory : site.file;
          site.bind({ source, createTarget: thing === 'nothing' });
          expect(site.mounter.look(site.target)).to.deep.equal({
            kind,
            mounted: true,
            identity: identityOf(source),
          });
        });
      }

      it('makes an absent target for its owner and group alone', () => {
        site.bind();
        site.bind({ source: site.file, target: `${site.target}-file` });
        site.mounter.unbind(site.target);
        site.mounter.unbind(`${site.target}-file`);
        expect(statSync(site.target).mode & 0o7777).to.equal(0o750);
        expect(statSync(`${site.target}-file`).mode & 0o7777).to.equal(0o640);
      });

      const refusals: [Thing, 'directory' | 'file', MountRefusal['reason']][] = [
        ['a directory with content', 'directory', 'not-empty'],
        ['a directory with content', 'file', 'wrong-kind'],
        ['an empty directory', 'file', 'wrong-kind'],
        ['a file with content', 'file', 'not-empty'],
        ['a file with content', 'directory', 'wrong-kind'],
        ['an empty file', 'directory', 'wrong-kind'],
        ['a symlink to an empty directory', 'directory', 'symlink'],
        ['a symlink to nothing', 'directory', 'symlink'],
        ['a symlink to nothing', 'file', 'symlink'],
        ['a named pipe', 'file', 'wrong-kind'],
        ['a mount of the same directory', 'directory', 'foreign-mount'],
        ['a mount of another directory', 'directory', 'foreign-mount'],
        ['a mount of a file', 'file', 'foreign-mount'],
      ];
      for (const [thing, kind, reason] of refusals) {
        it(`refuses to show a ${kind} at ${thing}: ${reason}`, () => {
          site.put(thing);
          const source = kind === 'directory' ? site.directory : site.file;
          expectRefusal(site.root, reason, () => site.bind({ source }));
          expectRefusal(site.root, reason, () => site.bind({ source, target: `${site.target}/` }));
        });
      }

      it('refuses an absent target that it may not make: no-target', () => {
        expectRefusal(site.root, 'no-target', () => site.bind({ createTarget: false }));
        const tooLong = site.path('pods', 'n'.repeat(256));
        expectRefusal(site.root, 'no-target', () => site.bind({ target: tooLong }));
      });

      it('refuses a target whose parent is absent or no directory: no-parent', () => {
        for (const parent of [site.target, site.file, site.path('x/'.repeat(2100))]) {
          expectRefusal(site.root, 'no-parent', () => site.bind({ target: join(parent, 'x') }));
        }
      });

      it('refuses a source that is absent or not what it was: source-changed', () => {
        const { identity } = site.request();
        const changed = (source: string) => () => site.bind({ source, identity });
        expectRefusal(site.root, 'source-changed', changed(site.path('absent')));
        expectRefusal(site.root, 'source-changed', changed(site.make('volumes', 'new')));
        symlinkSync(site.directory, site.path('link'));
        expectRefusal(site.root, 'source-changed', changed(site.path('link')));
        expectRefusal(site.root, 'source-changed', changed(site.path('link/')));
        expectRefusal(site.root, 'source-changed', () => site.bind({ source: site.path('link') }));
      });

      it('shows whatever is no symlink where it is not told what must be there', () => {
        const bind = (source: string) => (): void =>
          site.mounter.bind({ ...site.request(), source, identity: undefined });
        symlinkSync(site.directory, site.path('link'));
        expectRefusal(site.root, 'source-changed', bind(site.path('link')));
        expectRefusal(site.root, 'source-changed', bind(site.path('absent')));
        bind(site.directory)();
        expect(site.mounter.shows(site.target, identityOf(site.directory))).to.equal(true);
      });

      it('follows symlinks on the way to the source and to the target', () => {
        symlinkSync(dirname(site.directory), site.path('volumes-link'));
        symlinkSync(dirname(site.target), site.path('pods-link'));
        site.bind({
          source: site.path('volumes-link', 'directory'),
          target: site.path('pods-link', 'target'),
        });
        expect(site.mounter.shows(site.target, identityOf(site.directory))).to.equal(true);
      });

      it('refuses paths that are not absolute or hold a NUL', () => {
        const before = listing(site.root);
        const identity = identityOf(site.directory);
        for (const path of ['target', '', `${site.target}\0`, `${dirname(site.target)}\0/x`]) {
          expect(() => site.bind({ target: path })).to.throw(/not an absolute path|NUL/);
          expect(() => site.bind({ source: path, identity })).to.throw(/not an absolute path|NUL/);
          expect(() => site.mounter.look(path)).to.throw(/not an absolute path|NUL/);
          expect(() => site.mounter.unbind(path)).to.throw(/not an absolute path|NUL/);
          expect(() => site.mounter.removeTarget(path)).to.throw(/not an absolute path|NUL/);
        }
        expect(listing(site.root)).to.deep.equal(before);
      });
    });

    describe('unbind of a mount that is named', () => {
      it('removes it, and the target is as it was', () => {
        mkdirSync(site.target);
        const before = listing(site.root);
        site.bind();
        expect(site.mounter.unbind(site.target, identityOf(site.directory))).to.equal(true);
        expect(listing(site.root)).to.deep.equal(before);
      });

      it('refuses a mount of something else: foreign-mount', () => {
        site.put('a mount of another directory');
        const { identity } = site.request();
        expectRefusal(site.root, 'foreign-mount', () => site.mounter.unbind(site.target, identity));
      });

      it('is false, and changes nothing, where nothing is mounted', () => {
        const identity = identityOf(site.directory);
        site.put('a directory with content');
        const before = listing(site.root);
        expect(site.mounter.unbind(site.target, identity)).to.equal(false);
        expect(listing(site.root)).to.deep.equal(before);
      });
    });

    it('takes a path that ends in no name for no mount, and leaves it alone', () => {
      site.make('volumes', 'directory', 'inner');
      site.bind();
      for (const path of [`${site.target}/.`, `${site.target}/inner/..`]) {
        expect(site.mounter.look(path)).to.include({ kind: 'directory', mounted: false });
        expect(site.mounter.unbind(path)).to.equal(false);
        expect(() => site.bind({ target: path })).to.throw();
        expect(() => site.mounter.removeTarget(path)).to.throw();
      }
      expect(mountsBelow(site.target)).to.have.length(1);
      expect(site.mounter.look('/')).to.include({ kind: 'directory', mounted: false });
    });

    describe('removeTarget', () => {
      for (const thing of ['an empty directory', 'an empty file'] as const) {
        it(`removes ${thing}`, () => {
          const before = listing(site.root);
          site.put(thing);
          site.mounter.removeTarget(site.target);
          expect(listing(site.root)).to.deep.equal(before);
        });
      }

      it('is content when nothing is there', () => {
        site.mounter.removeTarget(site.target);
        site.mounter.removeTarget(join(site.target, 'below'));
        expect(site.mounter.look(site.target)).to.deep.equal({ kind: 'absent' });
      });

      const refusals: [Thing, MountRefusal['reason']][] = [
        ['a directory with content', 'not-empty'],
        ['a file with content', 'not-empty'],
        ['a symlink to an empty directory', 'symlink'],
        ['a named pipe', 'wrong-kind'],
        ['a mount of the same directory', 'foreign-mount'],
        ['a mount of a file', 'foreign-mount'],
      ];
      for (const [thing, reason] of refusals) {
        it(`refuses ${thing}: ${reason}`, () => {
          site.put(thing);
          expectRefusal(site.root, reason, () => site.mounter.removeTarget(site.target));
        });
      }
    });

    describe('realPath', () => {
      it('resolves symlinks on the way, and is undefined where a parent is missing', () => {
        site.put('a symlink to nothing');
        symlinkSync('pods', site.path('link'));
        expect(site.mounter.realPath(`${site.path('link', 'target')}/`)).to.equal(site.target);
        expect(site.mounter.realPath(join(site.target, 'below'))).to.equal(undefined);
      });
    });

    describe('rootOf', () => {
      it('tells the path within the file system, and the device', () => {
        site.bind();
        const { device } = identityOf(site.directory);
        expect(site.mounter.rootOf(site.target)).to.deep.equal({
          device,
          root: '/volumes/directory',
        });
      });

      it('is undefined for what is no mount point', () => {
        for (const path of [site.target, site.directory, site.file, join(site.target, 'below')]) {
          expect(site.mounter.rootOf(path)).to.equal(undefined);
        }
      });

      it('says that the directory is gone, as the kernel does', () => {
        site.bind();
        rmSync(site.directory, { recursive: true });
        expect(site.mounter.rootOf(site.target)?.root).to.equal('/volumes/directory//deleted');
      });
    });
  });
}
