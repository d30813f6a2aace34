import { execFileSync } from 'node:child_process';
import { chownSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { bindMounter } from '../../src/host/bind-mounter.js';
import { mountSite, type MountSite } from './mount-site.js';
import { asNobody, IN_NAMESPACE, NOBODY, program } from './nobody.js';
import { isRoot, listing } from './scratch.js';
import { PATIENCE_MS } from '../patience.js';

const MOCHA = createRequire(import.meta.url).resolve('mocha/bin/mocha.js');

/** Of mocha's reporter `json`. */
interface Report {
  readonly stats: { readonly passes: number; readonly pending: number };
  readonly failures: readonly { readonly fullTitle: string }[];
}

const inside = (...args: string[]) =>
  asNobody([...IN_NAMESPACE, ...program('mount-program', args)]).stdout.trim();
const outside = (...args: string[]) => asNobody(program('mount-program', args)).stdout.trim();

describe('In the user namespace of a user without rights', function () {
  before(function () {
    if (!isRoot) this.skip();
  });

  const suites = ['bind-mounter', 'bind-mounter-failures', 'classic-api', 'mount-propagation'];
  for (const suite of suites) {
    it(`${suite}.test passes`, function () {
      this.timeout(300_000);
      const file = fileURLToPath(new URL(`./${suite}.test.js`, import.meta.url));
      const flags = ['--no-config', `--timeout=${PATIENCE_MS}`, '--reporter=json'];
      const command = [process.execPath, MOCHA, ...flags, file];
      const { stdout, stderr } = asNobody([...IN_NAMESPACE, ...command]);
      expect(stdout, stderr).to.match(/^\{/);
      const report: Report = JSON.parse(stdout);
      expect(report.failures.map(({ fullTitle }) => fullTitle)).to.deep.equal([]);
      expect(report.stats.pending).to.equal(0);
      expect(report.stats.passes).to.be.greaterThan(0);
    });
  }

  for (const api of ['tree', 'classic'] as const) {
    describe(`bindMounter (${api})`, () => {
      let site: MountSite;

      beforeEach(() => {
        site = mountSite((workDirectory) => bindMounter({ workDirectory, api }));
        for (const path of [site.root, site.directory, site.work, site.path('pods')])
          chownSync(path, NOBODY, NOBODY);
        execFileSync('mount', ['-o', 'remount,bind,nosuid,noatime', site.root]);
      });
      afterEach(() => site.remove());

      const bind = (...attributes: string[]) => [
        'bind',
        api,
        site.directory,
        site.target,
        ...attributes,
      ];

      it('can add to attributes that are locked', () => {
        expect(inside(...bind('ro', 'noexec'))).to.equal('bound');
      });

      it('refuses to change them, and leaves nothing: not-permitted', () => {
        const before = listing(site.root);
        expect(inside(...bind('strictatime'))).to.equal('not-permitted');
        expect(listing(site.root)).to.deep.equal(before);
      });

      it('refuses to remove a mount from outside: not-permitted', () => {
        site.bind();
        expect(inside('unbind', api, site.target)).to.equal('not-permitted');
      });

      it('refuses to mount without the namespace, and leaves nothing: not-permitted', () => {
        const before = listing(site.root);
        expect(outside(...bind())).to.equal('not-permitted');
        expect(listing(site.root)).to.deep.equal(before);
        site.bind();
        expect(outside('unbind', api, site.target)).to.equal('not-permitted');
        expect(site.mounter.look(site.target)).to.include({ mounted: true });
      });
    });
  }
});
