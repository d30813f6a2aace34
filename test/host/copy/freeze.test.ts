import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { expect } from 'chai';
import { freezer, type Freezer } from '../../../src/host/copy/freeze.js';
import { isRoot } from '../scratch.js';
import { imageSite, type ImageSite } from './image-site.js';

describe('a file system that is frozen while it is copied', () => {
  let site: ImageSite;
  let point: string;
  let subject: Freezer;

  before(function () {
    if (!isRoot) this.skip();
  });
  beforeEach(() => {
    site = imageSite('tmpfs');
    const image = site.image('volume', 16 * 2 ** 20);
    execFileSync('mkfs.ext4', ['-q', image.path]);
    point = site.mount(image, 'mounted');
    subject = freezer(site.path('frozen'));
  });
  afterEach(() => {
    try {
      execFileSync('fsfreeze', ['--unfreeze', point], { stdio: 'ignore' });
    } catch {
      // As it should be.
    }
    site.remove();
  });

  /** Starts to write; resolves with what it came to once that is over. */
  function writing(): { readonly isOver: () => boolean; readonly ended: Promise<unknown> } {
    const child = spawn('touch', [join(point, 'file')]);
    let isOver = false;
    const ended = once(child, 'close').then(() => (isOver = true));
    return { isOver: () => isOver, ended };
  }

  it('takes no write until the work is done, and is marked for as long', async () => {
    let write: ReturnType<typeof writing> | undefined;
    const result = await subject.whileFrozen('vol-1', point, async () => {
      expect(subject.leftovers()).to.deep.equal(['vol-1']);
      write = writing();
      await delay(50);
      expect(write.isOver()).to.equal(false);
      return 'result';
    });
    expect(result).to.equal('result');
    await write?.ended;
    expect(readdirSync(point)).to.include('file');
    expect(subject.leftovers()).to.deep.equal([]);
  });

  it('is thawed when the work fails', async () => {
    const failing = subject.whileFrozen('vol-1', point, () => Promise.reject(new Error('fails')));
    await failing.catch(() => undefined);
    await writing().ended;
    expect(subject.leftovers()).to.deep.equal([]);
  });

  it('is thawed at the next start when the process was killed', async () => {
    await subject.whileFrozen('vol-1', point, () => Promise.resolve());
    execFileSync('fsfreeze', ['--freeze', point]);
    writeFileSync(site.path('frozen', 'vol-1'), '');
    const next = freezer(site.path('frozen'));
    expect(next.leftovers()).to.deep.equal(['vol-1']);
    await next.thaw('vol-1', point);
    await writing().ended;
    expect(next.leftovers()).to.deep.equal([]);
  });

  it('that somebody else froze stays so', async () => {
    execFileSync('fsfreeze', ['--freeze', point]);
    await subject.whileFrozen('vol-1', point, () => Promise.resolve());
    const write = writing();
    await delay(50);
    expect(write.isOver()).to.equal(false);
    execFileSync('fsfreeze', ['--unfreeze', point]);
    await write.ended;
  });

  it('that is mounted nowhere any more is forgotten', async () => {
    await subject.whileFrozen('vol-1', point, () => Promise.resolve());
    writeFileSync(site.path('frozen', 'vol-1'), '');
    await subject.thaw('vol-1', undefined);
    expect(subject.leftovers()).to.deep.equal([]);
  });
});
