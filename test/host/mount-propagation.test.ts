import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { mounterOver } from '../../src/host/bind-mounter.js';
import { classicApi } from '../../src/host/classic-api.js';
import { MS_BIND, MS_RDONLY, MS_REMOUNT, mount } from '../../src/host/syscalls.js';
import { treeApi } from '../../src/host/tree-api.js';
import { disturbed } from './disturbed-api.js';
import { mountSite, type MountSite } from './mount-site.js';
import { otherNamespace, type Namespace } from './namespace.js';
import { isRoot, mountsBelow } from './scratch.js';

/** The lines that show the volume. */
function shown(table: readonly string[]): string[] {
  return table.filter((line) => line.includes(' /volumes/directory '));
}

const apis = { tree: () => treeApi, classic: classicApi };

for (const [name, apiOf] of Object.entries(apis)) {
  describe(`mounterOver (${name} calls) in a directory whose mounts propagate`, function () {
    let site: MountSite;
    let other: Namespace;

    before(function () {
      if (!isRoot) this.skip();
    });
    beforeEach(async () => {
      site = mountSite((workDirectory) => mounterOver(apiOf(workDirectory)), 'shared');
      other = await otherNamespace();
    });
    afterEach(async () => {
      await other.end();
      site.remove();
    });

    /** A path of this namespace, as the other one sees it. */
    const there = (path: string) => join(other.root, path);
    const writeThere = () => writeFileSync(there(join(site.target, 'new')), '');

    it('shows the mount in another namespace, and takes it away there', () => {
      site.bind();
      expect(readFileSync(there(join(site.target, 'content')), 'utf8')).to.equal('data');
      writeThere();
      site.mounter.unbind(site.target);
      expect(() => readFileSync(there(join(site.target, 'content')))).to.throw('ENOENT');
    });

    it('is read-only in another namespace too', () => {
      site.bind({ attributes: ['ro'] });
      expect(readFileSync(there(join(site.target, 'content')), 'utf8')).to.equal('data');
      expect(writeThere).to.throw('EROFS');
    });

    it('would not be so after a bind that is remounted read-only', () => {
      site.put('an empty directory');
      mount(site.directory, site.target, MS_BIND);
      mount('none', site.target, MS_REMOUNT | MS_BIND | MS_RDONLY);
      expect(() => writeFileSync(join(site.target, 'new'), '')).to.throw('EROFS');
      expect(writeThere).not.to.throw();
    });

    it('does not join the peers of its source', () => {
      const inner = site.make('volumes', 'directory', 'inner');
      site.bind();
      execFileSync('mount', ['-t', 'tmpfs', 'none', inner]);
      expect(mountsBelow(inner)).to.have.length(1);
      expect(mountsBelow(join(site.target, 'inner'))).to.deep.equal([]);
    });

    it('shows nothing there before it is complete, and leaves nothing there', () => {
      const before = mountsBelow(site.root, other.pid);
      let meanwhile: string[] = [];
      const mounter = mounterOver(
        disturbed(apiOf(site.work), () => {
          meanwhile = mountsBelow(site.root, other.pid);
        }),
      );
      mounter.bind(site.request({ attributes: ['ro'] }));
      expect(shown(meanwhile)).to.deep.equal([]);
      expect(shown(mountsBelow(site.root, other.pid))).to.have.length(1);
      mounter.unbind(site.target);
      expect(mountsBelow(site.root, other.pid)).to.deep.equal(before);
    });
  });
}
