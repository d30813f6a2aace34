import {
  execFileSync,
  spawn,
  type ChildProcess,
  type ExecFileSyncOptionsWithStringEncoding,
} from 'node:child_process';
import { once } from 'node:events';
import {
  closeSync,
  openSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import type { Content } from '../../../src/host/content.js';
import type { CopiedVolume } from '../../../src/host/copy/copied-volume.js';
import { CopyError } from '../../../src/host/copy/copy-error.js';
import type { CopyRun } from '../../../src/host/copy/copy-run.js';
import { freezer } from '../../../src/host/copy/freeze.js';
import { copyImage } from '../../../src/host/copy/image-copy.js';
import { eventually } from '../../integration/eventually.js';
import { rejectionOf } from '../../store/rejection.js';
import { isRoot } from '../scratch.js';
import { imageSite, sameBytes, type ImageSite } from './image-site.js';

const MIB = 2 ** 20;
const USED: CopiedVolume = {
  id: 'vol-1',
  nodes: () => 1,
  holdsFileSystem: true,
  alone: (_signal, work) => work(),
};
const UNUSED: CopiedVolume = { ...USED, nodes: () => 0 };
/** In a process that mounts nothing itself. */
const ELSEWHERE: CopiedVolume = { ...USED, alone: undefined, holdsFileSystem: false };
const QUIET: ExecFileSyncOptionsWithStringEncoding = {
  stdio: ['ignore', 'pipe', 'ignore'],
  encoding: 'utf8',
};
/** Writes to a file until that is gone. */
const BUSY = 'while [ -e "$1" ]; do date +%N >"$1"; sync "$1"; done';
const run: CopyRun = { signal: new AbortController().signal, progress: () => undefined };

describe('copying an image', () => {
  let site: ImageSite;

  before(function () {
    if (!isRoot) this.skip();
  });
  afterEach(() => site.remove());

  const target = (): string => site.path('copy');
  const made = (source: Content, volume = UNUSED, bytes = 0n, given = run) =>
    copyImage(
      { source, target: target(), bytes, volume, freezer: freezer(site.path('frozen')) },
      given,
    );
  /** How much was copied each time when others had to wait. */
  async function copiedBefore(image: Content): Promise<number[]> {
    const found: number[] = [];
    await made(image, {
      ...USED,
      alone(_signal, work) {
        found.push(allocated(target()));
        return work();
      },
    });
    return found;
  }

  for (const type of ['tmpfs', 'ext4', 'xfs'] as const) {
    describe(`on ${type}`, () => {
      beforeEach(() => {
        site = imageSite(type);
      });

      it('copies every byte and keeps holes', async () => {
        const image = site.image('volume', 64 * MIB);
        for (const position of [0, 4095, 5 * MIB - 3, 40 * MIB, 64 * MIB - 5]) {
          write(image.path, 'bytes', position);
        }
        await made(image);
        expect(sameBytes(target(), image.path)).to.equal(true);
        expect(allocated(target())).to.be.below(MIB);
      });

      it('copies an image that is one hole', async () => {
        await made(site.image('volume', 64 * MIB));
        expect(statSync(target()).size).to.equal(64 * MIB);
        expect(allocated(target())).to.equal(0);
      });

      it('is as large as was asked for, with zeros at the end', async () => {
        const image = site.image('volume', MIB);
        write(image.path, 'bytes', MIB - 5);
        await made(image, UNUSED, BigInt(2 * MIB));
        const copied = readFileSync(target());
        expect(copied.length).to.equal(2 * MIB);
        expect(copied.subarray(0, MIB).equals(readFileSync(image.path))).to.equal(true);
        expect(copied.subarray(MIB).equals(Buffer.alloc(MIB))).to.equal(true);
      });

      it('what was written to a block device in use and not flushed is in the copy', async () => {
        const image = site.image('volume', 16 * MIB);
        const device = site.attach(image);
        write(device.path, 'just written', 4096);
        await made(image, USED);
        expect(readFileSync(target()).includes('just written')).to.equal(true);
      });

      it('a file system in use can be mounted from its copy, with what was just written', async () => {
        const image = site.image('volume', 64 * MIB);
        execFileSync('mkfs.ext4', ['-q', image.path]);
        const point = site.mount(image, 'volume is here');
        writeFileSync(join(point, 'file'), 'just written');
        await made(image, USED);
        writeFileSync(join(point, 'later'), '');
        // As after a crash: the journal is played back, and nothing else is to be repaired.
        attempt(() => execFileSync('e2fsck', ['-yE', 'journal_only', target()], QUIET));
        execFileSync('e2fsck', ['-fn', target()], QUIET);
        const text = execFileSync('debugfs', ['-R', 'cat file', target()], QUIET);
        expect(text).to.equal('just written');
      });
    });
  }

  describe('without reflinks', () => {
    beforeEach(() => {
      site = imageSite('tmpfs');
    });

    it('what is mounted after the first look is held up, and its device flushed', async () => {
      const image = site.image('volume', 32 * MIB);
      execFileSync('mkfs.ext4', ['-q', image.path]);
      let workload: ChildProcess | undefined;
      const mounting = () => {
        if (workload !== undefined) return;
        const file = join(site.mount(image, 'volume is here'), 'file');
        writeFileSync(file, '');
        workload = spawn('bash', ['-c', BUSY, '', file]);
      };
      await made(image, USED, 0n, { ...run, progress: mounting });
      const ended = workload === undefined ? undefined : once(workload, 'close');
      workload?.kill();
      await ended;
      execFileSync('e2fsck', ['-fn', target()], QUIET);
      expect(execFileSync('debugfs', ['-R', 'ls -p /', target()], QUIET)).to.contain('/file/');
    });

    it('what is written during a pass is there after another one', async () => {
      const image = site.image('volume', 32 * MIB);
      for (let at = 0; at < 32; at += 1) write(image.path, `old ${at}`, at * MIB);
      let writes = 0;
      const disturbing = (bytes: number) => {
        if (bytes < 16 * MIB || writes >= 3) return;
        writes += 1;
        write(image.path, `new ${writes}`, writes * MIB);
      };
      await made(image, UNUSED, 0n, { ...run, progress: disturbing });
      expect(writes).to.equal(3);
      expect(sameBytes(target(), image.path)).to.equal(true);
    });

    it('what becomes a hole during a pass is zeros', async () => {
      const image = site.image('volume', 8 * MIB);
      for (let at = 0; at < 8; at += 1) write(image.path, 'data', at * MIB);
      let isDone = false;
      const disturbing = () => {
        if (isDone) return;
        isDone = true;
        truncateSync(image.path, 0);
        truncateSync(image.path, 8 * MIB);
        write(image.path, 'data', 5 * MIB);
      };
      await made(image, UNUSED, 0n, { ...run, progress: disturbing });
      expect(sameBytes(target(), image.path)).to.equal(true);
    });

    it('an image that is written to all the time: CopyError that says what to do', async () => {
      const image = site.image('volume', 4 * MIB);
      write(image.path, 'data', 0);
      let writes = 0;
      const disturbing = () => {
        writes += 1;
        write(image.path, `${writes}`, MIB);
      };
      const copying = made(image, UNUSED, 0n, { ...run, progress: disturbing });
      const { reason, message } = await rejectionOf(copying, CopyError);
      expect(reason).to.equal('unsettled');
      expect(message).to.match(/try again/);
    });

    it('a file system that is written to all the time is held up for a pass, and goes on', async () => {
      const image = site.image('volume', 32 * MIB);
      execFileSync('mkfs.ext4', ['-q', image.path]);
      const point = site.mount(image, 'volume is here');
      const lastWrite = () => statSync(join(point, 'file')).mtimeMs;
      writeFileSync(join(point, 'file'), '');
      const workload = spawn('bash', ['-c', BUSY, '', join(point, 'file')]);
      const ended = once(workload, 'close');
      await made(image, USED);
      const before = lastWrite();
      await eventually(() => {
        expect(lastWrite()).to.be.above(before);
      });
      rmSync(join(point, 'file'));
      workload.kill();
      await ended;
      execFileSync('e2fsck', ['-fn', target()], QUIET);
    });
  });

  describe('other calls on the volume', () => {
    beforeEach(() => {
      site = imageSite('tmpfs');
    });

    it('wait while its file system is held up, but not for the first pass', async () => {
      const image = site.image('volume', 32 * MIB);
      execFileSync('mkfs.ext4', ['-q', image.path]);
      const point = site.mount(image, 'volume is here');
      writeFileSync(join(point, 'large'), Buffer.alloc(4 * MIB, 'x'), { flush: true });
      const [copied, ...others] = await copiedBefore(image);
      expect(copied).to.be.above(4 * MIB);
      expect(others).to.deep.equal([]);
    });

    it('never wait for a copy of a block device', async () => {
      const image = site.image('volume', MIB);
      site.attach(image);
      expect(await copiedBefore(image)).to.deep.equal([]);
    });
  });

  describe('that cannot be had', () => {
    beforeEach(() => {
      site = imageSite('tmpfs');
    });

    it('in use where it cannot be seen: CopyError', async () => {
      const { reason, message } = await rejectionOf(
        made(site.image('volume', MIB), ELSEWHERE),
        CopyError,
      );
      expect(reason).to.equal('not-readable');
      expect(message).to.match(/another machine/);
    });

    it('in use here and where it cannot be seen: CopyError', async () => {
      const image = site.image('volume', MIB);
      site.attach(image);
      const copying = made(image, { ...ELSEWHERE, nodes: () => 2 });
      expect(await rejectionOf(copying, CopyError)).to.have.property('reason', 'not-readable');
      rmSync(target());
      await made(image, ELSEWHERE);
    });

    it('another file in its place: CopyError', async () => {
      const image = site.image('volume', MIB);
      const other = { ...image, path: site.image('other', MIB).path };
      expect((await rejectionOf(made(other), CopyError)).reason).to.equal('not-readable');
    });

    it('when it is to end: CopyError', async () => {
      const image = site.image('volume', 8 * MIB);
      for (let at = 0; at < 8; at += 1) write(image.path, 'data', at * MIB);
      const ending = new AbortController();
      const copying = made(image, UNUSED, 0n, {
        signal: ending.signal,
        progress: () => ending.abort(),
      });
      expect((await rejectionOf(copying, CopyError)).reason).to.equal('ended');
    });
  });
});

/** e2fsck(8) ends with 1 when it has played a journal back. */
function attempt(act: () => unknown): void {
  try {
    act();
  } catch {
    // What is wrong is found by the check that follows.
  }
}

function write(path: string, text: string, position: number): void {
  const file = openSync(path, 'r+');
  writeSync(file, text, position);
  closeSync(file);
}

function allocated(path: string): number {
  return statSync(path).blocks * 512;
}
