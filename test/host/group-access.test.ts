import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { allowGroupInDirectory } from '../../src/host/default-acl.js';
import { giveToGroup, GroupRefusal } from '../../src/host/group-access.js';
import { openFiles } from './open-files.js';
import { isRoot, scratch, type Scratch } from './scratch.js';

const GROUP = 4711;

function told(path: string): readonly [uid: number, gid: number, mode: string] {
  const { uid, gid, mode } = lstatSync(path);
  return [uid, gid, (mode & 0o7777).toString(8)];
}

describe('giveToGroup', () => {
  let place: Scratch;
  let root: string;

  before(function () {
    if (!isRoot) this.skip();
  });
  beforeEach(() => {
    place = scratch();
    root = place.make('data');
  });
  afterEach(() => place.remove());

  const at = (...names: string[]) => join(root, ...names);

  /** Runs a shell as a user who is in the group and no more. */
  function asMember(script: string): string {
    return execFileSync('sh', ['-c', `umask 022; ${script}`], {
      cwd: root,
      uid: 1234,
      gid: GROUP,
      encoding: 'utf8',
    });
  }

  it('gives files and directories, with their owners and other rights as they were', async () => {
    mkdirSync(at('directory'), { mode: 0o700 });
    writeFileSync(at('directory', 'secret'), '', { mode: 0o600 });
    writeFileSync(at('program'), '');
    chmodSync(at('program'), 0o4755);
    chownSync(at('directory', 'secret'), 5, 6);
    execFileSync('mkfifo', ['-m', '600', at('pipe')]);
    await giveToGroup(root, GROUP);
    expect(told(root)).to.deep.equal([0, GROUP, '2775']);
    expect(told(at('directory'))).to.deep.equal([0, GROUP, '2770']);
    expect(told(at('directory', 'secret'))).to.deep.equal([5, GROUP, '660']);
    expect(told(at('program'))).to.deep.equal([0, GROUP, '4775']);
    expect(told(at('pipe'))).to.deep.equal([0, GROUP, '660']);
  });

  it('lets the group read and write what is made from now on, whatever the umask', async () => {
    await giveToGroup(root, GROUP);
    execFileSync('sh', ['-c', 'umask 077; mkdir a; echo root > a/file'], { cwd: root });
    asMember('echo member >> a/file; mkdir a/b; echo own > a/b/file');
    expect(asMember('cat a/file')).to.equal('root\nmember\n');
    for (const name of ['a/file', 'a/b/file']) {
      expect(told(at(name)).slice(1), name).to.deep.equal([GROUP, '664']);
    }
    expect(told(at('a', 'b')).slice(1)).to.deep.equal([GROUP, '2775']);
  });

  it('lets others write nothing that they could not write without', async () => {
    chmodSync(root, 0o777);
    await giveToGroup(root, GROUP);
    asMember('echo own > file');
    expect(told(at('file'))).to.deep.equal([1234, GROUP, '664']);
  });

  it('leaves a default list of the workload alone', async () => {
    allowGroupInDirectory(root, 0o770);
    await giveToGroup(root, GROUP);
    asMember('echo own > file');
    expect(told(at('file'))).to.deep.equal([1234, GROUP, '660']);
  });

  it('takes a directory that belongs to the group for done', async () => {
    await giveToGroup(root, GROUP);
    writeFileSync(at('file'), '');
    chownSync(at('file'), 5, 6);
    chmodSync(at('file'), 0o600);
    await giveToGroup(root, GROUP);
    expect(told(at('file'))).to.deep.equal([5, 6, '600']);
    await giveToGroup(root, GROUP + 1);
    expect(told(at('file'))).to.deep.equal([5, GROUP + 1, '660']);
  });

  it('follows no symlink', async () => {
    const outside = place.make('outside');
    writeFileSync(join(outside, 'file'), '', { mode: 0o600 });
    symlinkSync(outside, at('directory'));
    symlinkSync(join(outside, 'file'), at('file'));
    symlinkSync(outside, place.path('way'));
    const before = [told(outside), told(join(outside, 'file'))];
    await giveToGroup(root, GROUP);
    const error = await giveToGroup(place.path('way'), GROUP).catch((thrown: unknown) => thrown);
    expect(error).to.have.property('code', 'ENOTDIR');
    expect([told(outside), told(join(outside, 'file'))]).to.deep.equal(before);
  });

  it('leaves alone what is mounted in it', async () => {
    const outside = place.make('outside', 'below');
    writeFileSync(join(outside, 'file'), '', { mode: 0o600 });
    mkdirSync(at('mount'));
    execFileSync('mount', ['--bind', place.path('outside'), at('mount')]);
    const before = [place.path('outside'), outside, join(outside, 'file')].map(told);
    await giveToGroup(root, GROUP);
    expect([place.path('outside'), outside, join(outside, 'file')].map(told)).to.deep.equal(before);
  });

  it('reaches names that are no text', async () => {
    const name = Buffer.concat([Buffer.from(`${root}/`), Buffer.from([0xff, 0xfe])]);
    writeFileSync(name, '', { mode: 0o600 });
    await giveToGroup(root, GROUP);
    expect(statSync(name).gid).to.equal(GROUP);
  });

  it('reaches thousands of files, and leaves no descriptor open', async () => {
    for (let index = 0; index < 2000; index += 1) writeFileSync(at(`file-${index}`), '');
    const before = openFiles();
    await giveToGroup(root, GROUP);
    expect(openFiles()).to.deep.equal(before);
    expect(readdirSync(root).every((name) => statSync(at(name)).gid === GROUP)).to.equal(true);
  });

  it('refuses directories that are nested too deep, and is not done then', async () => {
    execFileSync('mkdir', ['-p', at(...Array.from({ length: 600 }, () => 'd'))]);
    const attempt = () => giveToGroup(root, GROUP).catch((thrown: unknown) => thrown);
    expect(await attempt()).to.be.instanceOf(GroupRefusal);
    expect(statSync(root).gid).to.equal(0);
    expect(await attempt()).to.be.instanceOf(GroupRefusal);
  });

  it('refuses what is read-only', async () => {
    execFileSync('mount', ['--bind', root, root]);
    execFileSync('mount', ['-o', 'remount,bind,ro', root]);
    const error = await giveToGroup(root, GROUP).catch((thrown: unknown) => thrown);
    expect(error).to.be.instanceOf(GroupRefusal).with.property('message').that.contains('EROFS');
  });
});
