import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect } from 'chai';
import { bindMounter } from '../../src/host/bind-mounter.js';
import type { MountAttribute } from '../../src/model/mount-flags.js';
import { eventually } from '../integration/eventually.js';
import { mountSite, type MountSite } from './mount-site.js';
import { mounterContract } from './mounter-contract.js';
import { openFiles } from './open-files.js';
import { expectRefusal, identityOf, isRoot, mountsBelow } from './scratch.js';
import { unmountingContract } from './unmounting-contract.js';

for (const api of ['tree', 'classic'] as const) {
  const open = (workDirectory: string) => bindMounter({ workDirectory, api });

  mounterContract(`bindMounter (${api})`, open);
  unmountingContract(`bindMounter (${api})`, open);

  describe(`bindMounter (${api})`, function () {
    let site: MountSite;

    before(function () {
      if (!isRoot) this.skip();
    });
    beforeEach(() => {
      site = mountSite(open);
    });
    afterEach(() => site.remove());

    it('shows the data itself, for reading and writing', () => {
      site.bind();
      expect(readFileSync(join(site.target, 'content'), 'utf8')).to.equal('data');
      writeFileSync(join(site.target, 'new'), 'more');
      expect(readFileSync(join(site.directory, 'new'), 'utf8')).to.equal('more');
    });

    it('shows no mounts that are inside the source', () => {
      execFileSync('mount', ['-t', 'tmpfs', 'none', site.make('volumes', 'directory', 'inner')]);
      site.bind();
      expect(mountsBelow(site.target)).to.have.length(1);
    });

    it('refuses writes through a read-only directory or file', () => {
      site.bind({ attributes: ['ro'] });
      expect(() => writeFileSync(join(site.target, 'new'), '')).to.throw('EROFS');
      const target = `${site.target}-file`;
      site.bind({ source: site.file, target, attributes: ['ro'] });
      expect(() => writeFileSync(target, '')).to.throw('EROFS');
      expect(readFileSync(site.file, 'utf8')).to.equal('block data');
    });

    it('shows a device at a file', () => {
      site.bind({ source: '/dev/null' });
      const identity = identityOf('/dev/null');
      expect(site.mounter.look(site.target)).to.deep.equal({
        kind: 'other',
        mounted: true,
        identity,
      });
      expect(site.mounter.unbind(site.target, identity)).to.equal(true);
      site.mounter.removeTarget(site.target);
    });

    describe('attributes, as the mount table has them', () => {
      const cases: [source: string, wanted: MountAttribute[], found: string][] = [
        ['relatime', [], 'rw,relatime'],
        ['relatime', ['ro'], 'ro,relatime'],
        ['relatime', ['nosuid'], 'rw,nosuid,relatime'],
        ['relatime', ['nodev'], 'rw,nodev,relatime'],
        ['relatime', ['noexec'], 'rw,noexec,relatime'],
        ['relatime', ['nodiratime'], 'rw,nodiratime,relatime'],
        ['relatime', ['nosymfollow'], 'rw,relatime,nosymfollow'],
        ['relatime', ['noatime'], 'rw,noatime'],
        ['relatime', ['strictatime'], 'rw'],
        ['noatime', ['relatime'], 'rw,relatime'],
        ['noatime', ['ro'], 'ro,noatime'],
        ['strictatime', ['ro'], 'ro'],
        ['relatime', ['noatime', 'strictatime'], 'rw'],
        ['relatime', ['strictatime', 'noatime'], 'rw,noatime'],
        ['nosuid,noexec', ['ro'], 'ro,nosuid,noexec,relatime'],
        ['ro', ['nodev'], 'ro,nodev,relatime'],
        [
          'relatime',
          ['ro', 'nosuid', 'nodev', 'noexec', 'noatime', 'nodiratime', 'nosymfollow'],
          'ro,nosuid,nodev,noexec,noatime,nodiratime,nosymfollow',
        ],
      ];
      for (const [own, wanted, found] of cases) {
        it(`are ${found} for a source with ${own} and [${wanted.join(', ')}] asked for`, () => {
          execFileSync('mount', ['--bind', site.directory, site.directory]);
          execFileSync('mount', ['-o', `remount,bind,${own}`, site.directory]);
          site.bind({ attributes: wanted });
          expect(mountsBelow(site.target)[0]?.split(' ')[5]).to.equal(found);
        });
      }
    });

    describe('names', () => {
      const names: Record<string, string> = {
        'a space': 'a b',
        'a newline': 'a\nb',
        'a tab': 'a\tb',
        'a backslash': 'a\\b',
        'what looks like an escape': 'a\\040b',
        'a hash': '#ab',
        'a leading dash': '-a',
        'other scripts': 'größe-卷-📦',
        '255 bytes': 'x'.repeat(255),
        'a path of 4000 bytes': `${'x'.repeat(199)}/`.repeat(20).slice(0, 3940),
      };
      for (const [title, path] of Object.entries(names)) {
        it(`can have ${title}`, () => {
          const source = site.make('volumes', path);
          const deep = site.path('pods', path);
          mkdirSync(dirname(deep), { recursive: true });
          site.bind({ source, target: deep });
          expect(site.mounter.shows(deep, identityOf(source))).to.equal(true);
          expect(site.mounter.rootOf(deep)?.root).to.equal(`/volumes/${path}`);
          expect(site.mounter.unbind(deep, identityOf(source))).to.equal(true);
          site.mounter.removeTarget(deep);
          expect(site.mounter.look(deep)).to.deep.equal({ kind: 'absent' });
        });
      }
    });

    describe('stacked mounts', () => {
      beforeEach(() => {
        site.bind();
        execFileSync('mount', ['--bind', site.make('volumes', 'upper'), site.target]);
      });

      it('are seen from above', () => {
        expect(site.mounter.shows(site.target, identityOf(site.directory))).to.equal(false);
        expect(site.mounter.rootOf(site.target)?.root).to.equal('/volumes/upper');
      });

      it('are not removed by one that asks for the lower one', () => {
        const identity = identityOf(site.directory);
        expectRefusal(site.root, 'foreign-mount', () => site.mounter.unbind(site.target, identity));
      });
    });

    /** What mounting could leave behind. */
    const left = () => [mountsBelow(site.root), openFiles(), readdirSync(site.work)];

    it('leaves no mount, no descriptor and no file behind after 200 mounts', async () => {
      const before = left();
      for (let round = 0; round < 200; round++) {
        site.bind({ attributes: ['ro'] });
        expect(() => site.bind()).to.throw('mount point');
        expect(() => site.bind({ source: '/absent', identity: identityOf('/') })).to.throw('exist');
        site.mounter.unbind(site.target);
        expect(() => site.bind({ source: site.file })).to.throw('expected');
        site.mounter.removeTarget(site.target);
      }
      await eventually(() => expect(left()).to.deep.equal(before));
    });
  });
}
