import { execFileSync } from 'node:child_process';
import { existsSync, truncateSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { expect } from 'chai';
import { findFileSystem } from '../../src/host/file-system-finding.js';
import { eventually } from '../integration/eventually.js';
import { isRoot, scratch, type Scratch } from './scratch.js';

describe('findFileSystem', () => {
  let place: Scratch;
  before(function () {
    if (!isRoot) this.skip();
  });
  beforeEach(() => {
    place = scratch();
  });
  afterEach(() => place.remove());

  /** A file system of its own in an image, which goes along with the scratch. */
  function mounted(type: 'ext4' | 'xfs', bytes: number): { path: string; device: string } {
    const image = place.path('image');
    writeFileSync(image, '');
    truncateSync(image, bytes);
    execFileSync(`mkfs.${type}`, ['-q', image]);
    const path = place.make('mounted');
    execFileSync('mount', ['-o', 'loop', image, path]);
    const device = execFileSync('findmnt', ['-n', '-o', 'SOURCE', path], { encoding: 'utf8' });
    return { path, device: basename(device.trim()) };
  }

  it('a directory that takes writes: well', () => {
    expect(findFileSystem(place.root, true)).to.deep.equal({ found: 'well' });
    expect(findFileSystem(place.root, false)).to.deep.equal({ found: 'well' });
  });

  it('a file system that became read-only, where it is to be written to: read-only', () => {
    execFileSync('mount', ['-o', 'remount,ro', place.root]);
    expect(findFileSystem(place.root, true)).to.deep.equal({ found: 'read-only' });
    expect(findFileSystem(place.root, false)).to.deep.equal({ found: 'well' });
  });

  it('a path where nothing is tells nothing', () => {
    expect(findFileSystem(place.path('nowhere'), true)).to.deep.equal({ found: 'well' });
  });

  it('ext4 that recorded errors: how many', async function () {
    const { path, device } = mounted('ext4', 16 * 2 ** 20);
    expect(findFileSystem(path, true)).to.deep.equal({ found: 'well' });
    const trigger = join('/sys/fs/ext4', device, 'trigger_fs_error');
    if (!existsSync(trigger)) this.skip();
    writeFileSync(trigger, 'a test');
    // The kernel counts it a moment later.
    await eventually(() =>
      expect(findFileSystem(path, true)).to.deep.equal({ found: 'errors', count: 1 }),
    );
  });

  it('xfs that shut itself down: failing', () => {
    const { path } = mounted('xfs', 300 * 2 ** 20);
    expect(findFileSystem(path, true)).to.deep.equal({ found: 'well' });
    execFileSync('xfs_io', ['-x', '-c', 'shutdown', path]);
    expect(findFileSystem(path, true)).to.deep.equal({ found: 'failing', code: 'EIO' });
  });
});
