import { execFileSync, spawn } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  closeSync,
  ftruncateSync,
  linkSync,
  lutimesSync,
  mkdirSync,
  openSync,
  readdirSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { expect } from 'chai';
import { contentIn, type Content } from '../../../src/host/content.js';
import { CopyError, NoRoomError } from '../../../src/host/copy/copy-error.js';
import type { CopyRun } from '../../../src/host/copy/copy-run.js';
import { copyTree } from '../../../src/host/copy/tree-copy.js';
import { rejectionOf } from '../../store/rejection.js';
import { isRoot, mountsBelow, scratch, type Scratch } from '../scratch.js';
import { ACL, ACL_ATTRIBUTE, setAttribute } from './extended-attributes.js';
import { treeOf } from './tree.js';

const RUN: CopyRun = { signal: new AbortController().signal, progress: () => undefined };

describe('copying a directory', () => {
  let place: Scratch;
  let data: string;
  let copy: string;

  before(function () {
    if (!isRoot) this.skip();
  });
  beforeEach(() => {
    place = scratch('private', '64m');
    data = place.make('volume', 'data');
    copy = place.path('copy');
  });
  afterEach(() => place.remove());

  const source = (): Content => {
    const content = contentIn(place.path('volume'));
    if (content === undefined) throw new Error('the source is gone');
    return content;
  };
  const made = (inUse = true, given = RUN) => copyTree(source(), copy, () => inUse, given);

  it('keeps content, owners, modes, times, links, attributes, ACLs, and special files', async () => {
    const path = (name: string) => join(data, name);
    mkdirSync(path('a dir/below'), { recursive: true });
    writeFileSync(path('a dir/file'), 'content');
    writeFileSync(path('a dir/it\'s "quoted"\nand\ttabbed'), '');
    chownSync(path('a dir/file'), 1234, 4321);
    chmodSync(path('a dir/file'), 0o6755);
    chmodSync(path('a dir/below'), 0o1777);
    linkSync(path('a dir/file'), path('linked'));
    symlinkSync('/etc/passwd', path('symlink'));
    symlinkSync('nowhere/at all', path('dangling'));
    execFileSync('mkfifo', [path('fifo')]);
    execFileSync('mknod', [path('zero'), 'c', '1', '5']);
    const server = createServer().listen(path('socket'));
    await new Promise((resolve) => server.once('listening', resolve));
    expect(setAttribute(path('a dir/file'), 'user.mock', Buffer.from('value'))).to.equal(true);
    expect(setAttribute(path('a dir/file'), ACL_ATTRIBUTE, ACL)).to.equal(true);
    lutimesSync(path('symlink'), 1, 2);
    utimesSync(path('a dir/file'), 1_000_000_000, 1_100_000_000.5);
    utimesSync(path('a dir'), 1, 1_200_000_000);
    chownSync(data, 5, 6);
    chmodSync(data, 0o2770);
    utimesSync(data, 1, 1_300_000_000);
    try {
      const before = treeOf(data);
      expect(before['a dir/file']).to.have.property('acl').that.is.a('string');
      await made();
      expect(treeOf(copy)).to.deep.equal(before);
    } finally {
      server.close();
    }
  });

  it('keeps holes', async () => {
    const sparse = openSync(join(data, 'sparse'), 'w');
    ftruncateSync(sparse, 2 ** 30);
    writeSync(sparse, 'end', 2 ** 29);
    closeSync(sparse);
    await made();
    const { size, blocks } = statSync(join(copy, 'sparse'));
    expect(size).to.equal(2 ** 30);
    expect(blocks * 512).to.be.below(2 ** 20);
  });

  it('copies an empty directory', async () => {
    chmodSync(data, 0o777);
    const before = treeOf(data);
    await made();
    expect(treeOf(copy)).to.deep.equal(before);
  });

  it('leaves out what is mounted in it', async () => {
    mkdirSync(join(data, 'mounted'));
    execFileSync('mount', ['-t', 'tmpfs', 'none', join(data, 'mounted')]);
    writeFileSync(join(data, 'mounted', 'foreign'), '');
    await made();
    expect(readdirSync(join(copy, 'mounted'))).to.deep.equal([]);
  });

  it('leaves no mount behind', async () => {
    // Others may mount what is theirs meanwhile.
    const shown = () => mountsBelow('').filter((line) => line.split(' ')[2] === device);
    const device = mountsBelow(place.root)[0]?.split(' ')[2];
    const before = shown();
    expect(before).to.have.lengthOf(1);
    await made();
    expect(shown()).to.deep.equal(before);
  });

  it('what is replaced by a symlink at any moment never leads out of the source', async () => {
    const outside = place.make('outside');
    writeFileSync(join(outside, 'secret'), 'of somebody else');
    for (let number = 0; number < 100; number += 1) {
      mkdirSync(join(data, `dir${number}`, 'below'), { recursive: true });
      writeFileSync(join(data, `dir${number}`, 'below', 'secret'), 'own');
    }
    const swapping = join(place.root, 'swapping');
    writeFileSync(swapping, '');
    const swap = `while [ -e "$1" ]; do
      for dir in "$2"/dir*; do
        mv "$dir/below" "$dir/away"; ln -s "$3" "$dir/below"
        rm "$dir/below"; mv "$dir/away" "$dir/below"
      done
    done`;
    const workload = spawn('bash', ['-c', swap, 'swap', swapping, data, outside], {
      stdio: 'ignore',
    });
    const ended = new Promise((resolve) => workload.once('close', resolve));
    try {
      for (let round = 0; round < 2; round += 1) {
        await made();
        for (const [name, { content }] of Object.entries<{ content?: string }>(treeOf(copy))) {
          if (content !== undefined) expect(content, name).to.equal('own');
        }
        rmSync(copy, { recursive: true });
      }
    } finally {
      rmSync(swapping);
      await ended;
    }
  });

  it('a symlink to elsewhere is copied as a symlink', async () => {
    symlinkSync('/', join(data, 'root'));
    await made();
    expect(readlinkSync(join(copy, 'root'))).to.equal('/');
  });

  it('what workloads remove meanwhile is no error', async () => {
    for (let number = 0; number < 2000; number += 1) {
      mkdirSync(join(data, `it's dir${number}`));
      writeFileSync(join(data, `it's dir${number}`, 'file'), 'x'.repeat(5000));
    }
    const copying = made();
    for (const name of readdirSync(data).toReversed()) {
      rmSync(join(data, name), { recursive: true });
      await new Promise((resolve) => setImmediate(resolve));
    }
    await copying;
    expect(readdirSync(data)).to.deep.equal([]);
  });

  it('a full disk: NoRoomError', async () => {
    for (let number = 0; number < 20; number += 1) {
      writeFileSync(join(data, `file${number}`), Buffer.alloc(2 ** 21));
    }
    const { code } = await rejectionOf(made(), NoRoomError);
    expect(code).to.equal('ENOSPC');
  });

  it('paths that are longer than the kernel takes: CopyError', async () => {
    const name = 'x'.repeat(250);
    execFileSync('bash', [
      '-c',
      'cd "$1" && for i in $(seq 20); do mkdir "$2" && cd "$2"; done',
      '',
      data,
      name,
    ]);
    const { message, reason } = await rejectionOf(made(), CopyError);
    expect(reason).to.equal('not-readable');
    expect(message).to.match(/longer than 4095 bytes/);
  });

  it('ends when it is to end', async () => {
    for (let number = 0; number < 1000; number += 1) {
      writeFileSync(join(data, `file${number}`), 'x'.repeat(5000));
    }
    const ending = new AbortController();
    const copying = made(true, { ...RUN, signal: ending.signal });
    ending.abort();
    expect((await rejectionOf(copying, CopyError)).reason).to.equal('ended');
    const soon = rejectionOf(made(true, { ...RUN, signal: ending.signal }), CopyError);
    expect((await soon).reason).to.equal('ended');
  });

  it('another directory in the place of the source: CopyError, and nothing is made', async () => {
    const before = source();
    rmSync(data, { recursive: true });
    place.make('other');
    mkdirSync(data);
    const error = await rejectionOf(
      copyTree(before, copy, () => true, RUN),
      CopyError,
    );
    expect(error.reason).to.equal('not-readable');
    expect(readdirSync(place.root)).not.to.include('copy');
  });
});
