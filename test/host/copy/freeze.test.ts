import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { expect } from 'chai';
import { freezer, type Freezer } from '../../../src/host/copy/freeze.js';
import { rejectionOf } from '../../store/rejection.js';
import { isRoot } from '../scratch.js';
import { imageSite, type ImageSite } from './image-site.js';

describe('a file system that is frozen while it is copied', () => {
  let site: ImageSite;
  let point: string;
  let device: bigint;
  let subject: Freezer;

  before(function () {
    if (!isRoot) this.skip();
  });
  beforeEach(() => {
    site = imageSite('tmpfs');
    const image = site.image('volume', 16 * 2 ** 20);
    execFileSync('mkfs.ext4', ['-q', image.path]);
    point = site.mount(image, 'mounted');
    device = statSync(point, { bigint: true }).dev;
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

  const places = () => [{ path: point, device }];

  /** Starts to write; resolves with what it came to once that is over. */
  function writing(directory = point): {
    readonly isOver: () => boolean;
    readonly ended: Promise<unknown>;
  } {
    const child = spawn('touch', [join(directory, 'file')]);
    let isOver = false;
    const ended = once(child, 'close').then(() => (isOver = true));
    return { isOver: () => isOver, ended };
  }

  it('takes no write until the work is done, and is marked for as long', async () => {
    let write: ReturnType<typeof writing> | undefined;
    const result = await subject.whileFrozen('vol-1', places(), async () => {
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

  describe('and that another file system covers', () => {
    let elsewhere: string;
    let held: Promise<unknown> | undefined;

    beforeEach(() => {
      elsewhere = site.directory('elsewhere');
      site.bind(point, elsewhere);
      const other = site.image('other', 16 * 2 ** 20);
      execFileSync('mkfs.ext4', ['-q', other.path]);
      site.mountAt(other, point);
    });

    it('is frozen where it is seen, and the other one never', async () => {
      await subject.whileFrozen('vol-1', [...places(), { path: elsewhere, device }], async () => {
        await writing().ended;
        const write = writing(elsewhere);
        await delay(50);
        expect(write.isOver()).to.equal(false);
        held = write.ended;
      });
      await held;
    });

    it('everywhere: is written to, as the other one is', async () => {
      await subject.whileFrozen('vol-1', places(), async () => {
        expect(subject.leftovers()).to.deep.equal([]);
        await Promise.all([writing().ended, writing(elsewhere).ended]);
      });
    });

    it('is not thawed through the other one, and not forgotten', async () => {
      const seen = [...places(), { path: elsewhere, device }];
      await subject.whileFrozen('vol-1', seen, () => Promise.resolve());
      execFileSync('fsfreeze', ['--freeze', point]);
      writeFileSync(site.path('frozen', 'vol-1'), '');
      await rejectionOf(subject.thaw('vol-1', places()), Error);
      expect(subject.leftovers()).to.deep.equal(['vol-1']);
      const write = writing();
      await delay(50);
      expect(write.isOver()).to.equal(false);
      await subject.thaw('vol-1', seen);
      expect(subject.leftovers()).to.deep.equal([]);
      execFileSync('fsfreeze', ['--unfreeze', point]);
      await write.ended;
    });
  });

  it('is thawed when the work fails', async () => {
    const failing = subject.whileFrozen('vol-1', places(), () =>
      Promise.reject(new Error('fails')),
    );
    await failing.catch(() => undefined);
    await writing().ended;
    expect(subject.leftovers()).to.deep.equal([]);
  });

  it('is thawed at the next start when the process was killed', async () => {
    await subject.whileFrozen('vol-1', places(), () => Promise.resolve());
    execFileSync('fsfreeze', ['--freeze', point]);
    writeFileSync(site.path('frozen', 'vol-1'), '');
    const next = freezer(site.path('frozen'));
    expect(next.leftovers()).to.deep.equal(['vol-1']);
    await next.thaw('vol-1', places());
    await writing().ended;
    expect(next.leftovers()).to.deep.equal([]);
  });

  it('that somebody else froze stays so', async () => {
    execFileSync('fsfreeze', ['--freeze', point]);
    await subject.whileFrozen('vol-1', places(), () => Promise.resolve());
    const write = writing();
    await delay(50);
    expect(write.isOver()).to.equal(false);
    execFileSync('fsfreeze', ['--unfreeze', point]);
    await write.ended;
  });

  it('that is mounted nowhere any more is forgotten', async () => {
    await subject.whileFrozen('vol-1', places(), () => Promise.resolve());
    writeFileSync(site.path('frozen', 'vol-1'), '');
    await subject.thaw('vol-1', []);
    expect(subject.leftovers()).to.deep.equal([]);
  });
});
