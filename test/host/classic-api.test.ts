import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { bindMounter } from '../../src/host/bind-mounter.js';
import { MS_BIND, mount } from '../../src/host/syscalls.js';
import { mountSite, type MountSite } from './mount-site.js';
import { isRoot, listing, mountsBelow } from './scratch.js';

describe("classicApi's work directory", function () {
  let site: MountSite;

  before(function () {
    if (!isRoot) this.skip();
  });
  beforeEach(() => {
    site = mountSite((workDirectory) => bindMounter({ workDirectory, api: 'classic' }));
  });
  afterEach(() => site.remove());

  it('is left empty', () => {
    site.bind({ attributes: ['ro'] });
    expect(readdirSync(site.work)).to.deep.equal([]);
    expect(mountsBelow(site.work)).to.deep.equal([]);
  });

  it('is cleared of what a crash left, without touching the data that is mounted there', () => {
    const workshop = site.make('work', 'mounting');
    for (let crash = 0; crash < 2; crash++) {
      mount(workshop, workshop, MS_BIND);
      mount(site.directory, site.make('work', 'mounting', 'directory'), MS_BIND);
    }
    writeFileSync(join(workshop, 'file'), '');
    site.bind();
    expect(readdirSync(site.work)).to.deep.equal([]);
    expect(mountsBelow(site.work)).to.deep.equal([]);
    expect(readFileSync(join(site.directory, 'content'), 'utf8')).to.equal('data');
  });

  it('is not cleared of files that are nobody knows whose, and nothing is mounted', () => {
    site.make('work', 'mounting', 'directory', 'content');
    const before = listing(site.root);
    expect(() => site.bind()).to.throw('ENOTEMPTY');
    expect(listing(site.root)).to.deep.equal(before);
  });
});
