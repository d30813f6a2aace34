import { spawnSync } from 'node:child_process';
import { chmodSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { canMount, clearProbes } from '../../src/host/mount-right.js';
import { MS_BIND, mount } from '../../src/host/syscalls.js';
import { asNobody, IN_NAMESPACE, program } from './nobody.js';
import { isRoot, listing, mountsBelow, scratch, type Scratch } from './scratch.js';

describe('canMount', function () {
  let place: Scratch;

  before(function () {
    if (!isRoot) this.skip();
  });
  beforeEach(() => {
    place = scratch();
    chmodSync(place.root, 0o777);
  });
  afterEach(() => place.remove());

  const probe = () => program('mount-program', ['can-mount', 'tree', place.root]);

  it('says nothing against it with the right to mount, and leaves nothing', () => {
    const before = listing(place.root);
    expect(canMount(place.root)).to.equal(undefined);
    expect(listing(place.root)).to.deep.equal(before);
  });

  it('says what the kernel says without the right, and leaves nothing', () => {
    const before = listing(place.root);
    expect(asNobody(probe()).stdout).to.match(/operation not permitted/);
    expect(listing(place.root)).to.deep.equal(before);
  });

  it('goes by the right and not by the user', () => {
    expect(asNobody([...IN_NAMESPACE, ...probe()]).stdout).to.equal('can mount\n');
    const rootWithout = ['--bounding-set=-sys_admin', '--', ...probe()];
    expect(spawnSync('setpriv', rootWithout, { encoding: 'utf8' }).stdout).to.match(
      /operation not permitted/,
    );
  });

  it('throws when it cannot be tried, which says nothing about the right', () => {
    expect(() => canMount(join(place.root, 'absent'))).to.throw(/ENOENT/);
  });

  it('leaves nothing that is not cleared after a crash in the middle', () => {
    place.make('mount-probe-1');
    const mounted = place.make('mount-probe-2');
    const file = join(place.make('others'), 'file');
    writeFileSync(file, 'content');
    for (let crash = 0; crash < 2; crash += 1) {
      mount(mounted, place.make('mount-probe-2', 'target'), MS_BIND);
    }
    clearProbes(place.root);
    expect(readdirSync(place.root)).to.deep.equal(['others']);
    expect(mountsBelow(place.root)).to.have.lengthOf(1);
    expect(readFileSync(file, 'utf8')).to.equal('content');
  });
});
