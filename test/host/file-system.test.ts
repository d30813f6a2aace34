import { execFileSync } from 'node:child_process';
import { readFileSync, statSync, statfsSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { needImages } from './images.js';
import { bindMounter } from '../../src/host/bind-mounter.js';
import { growMounted, growUnmounted, makeFileSystem } from '../../src/host/file-system.js';
import { fileSystemBytes } from '../../src/host/superblock.js';
import { ToolError, runTool } from '../../src/host/tool.js';
import { loopSite, type LoopSite } from './loop-site.js';

const BYTES = { ext4: 64 * 2 ** 20, xfs: 300 * 2 ** 20 };

for (const format of ['ext4', 'xfs'] as const) {
  describe(`a file system in an image, ${format}`, function () {
    let site: LoopSite;

    needImages(format);
    beforeEach(async () => {
      site = loopSite('private', BYTES[format]);
      await makeFileSystem(format, site.image);
    });
    afterEach(() => site.remove());

    const size = () => Number(fileSystemBytes(format, site.image));

    /** Runs `act` while the file system is mounted. */
    async function mounted(act: (path: string, device: string, number: bigint) => unknown) {
      const mounter = bindMounter({ workDirectory: site.make('work') });
      using device = site.attach({ autoclear: true });
      const target = site.path('mounted');
      const fileSystem = { type: format, device: device.path, readonly: false, options: [] };
      await mounter.open({ fileSystem, target, createTarget: true, attributes: [] });
      try {
        await act(target, device.path, device.number);
      } finally {
        await mounter.close(target);
      }
    }

    it('is as large as the image, and most of the image is a hole', () => {
      expect(size()).to.equal(BYTES[format]);
      expect(statSync(site.image).blocks * 512).to.be.lessThan(BYTES[format] / 4);
    });

    it('gives all that is free to every user', () =>
      mounted((path) => {
        const { bfree, bavail } = statfsSync(path);
        expect(bavail).to.be.greaterThan(bfree * 0.9);
      }));

    it('has a UUID of its own', async () => {
      const uuid = () =>
        execFileSync('blkid', ['-p', '-o', 'value', '-s', 'UUID', site.image], {
          encoding: 'utf8',
        });
      const first = uuid();
      await makeFileSystem(format, site.image);
      expect(uuid())
        .to.match(/^[0-9a-f-]{36}$/m)
        .and.not.to.equal(first);
    });

    if (format === 'ext4') {
      it('grows while it is not mounted, again and again, with its data', async () => {
        await mounted((path) => writeFileSync(join(path, 'file'), 'data'));
        for (const factor of [2, 2, 40]) {
          truncateSync(site.image, factor * BYTES.ext4);
          using device = site.attach({ autoclear: true });
          await growUnmounted(device.path);
          expect(size()).to.equal(factor * BYTES.ext4);
        }
        await mounted((path) => {
          expect(readFileSync(join(path, 'file'), 'utf8')).to.equal('data');
        });
      });
    } else {
      it('grows while it is mounted, again and again', () =>
        mounted(async (path, device, number) => {
          truncateSync(site.image, 2 * BYTES.xfs);
          site.loops.takeOverSize(number);
          for (let count = 0; count < 2; count += 1) await growMounted('xfs', { device, path });
          const { blocks, bsize } = statfsSync(path);
          expect(blocks * bsize).to.be.greaterThan(BYTES.xfs);
        }));
    }

    it('is not seen in an image of zeros or one that is too short', () => {
      for (const bytes of [0, 100, 4096]) {
        truncateSync(site.image, 0);
        truncateSync(site.image, bytes);
        expect(fileSystemBytes(format, site.image)).to.equal(undefined);
      }
    });
  });
}

/** The error with which the tool ends. */
async function failure(program: string, ...args: string[]): Promise<ToolError> {
  const outcome = await runTool({ program, package: 'a-package', args }).catch(
    (error: unknown) => error,
  );
  if (!(outcome instanceof ToolError)) throw new Error(`no ToolError but ${String(outcome)}`);
  return outcome;
}

describe('runTool', () => {
  it('names the package of a program that is missing', async () => {
    const { reason, message } = await failure('mkfs.no-such', 'x');
    expect(reason).to.equal('missing');
    expect(message).to.equal(
      'the program mkfs.no-such is missing where the driver runs: install a-package',
    );
  });

  it('tells what the program said at its end, and no more than a message can hold', async () => {
    const { reason, message } = await failure(
      'sh',
      '-c',
      'yes no | head -n 9999; echo the end; exit 3',
    );
    expect(reason).to.equal('failed');
    expect(message).to.match(/^sh ended with 3: .*the end$/s);
    expect(message.length).to.be.lessThan(600);
  });

  const REASONS = {
    'No space left on device': 'no-room',
    'Permission denied to resize': 'not-permitted',
    'Bad magic number': 'failed',
  };
  for (const [said, reason] of Object.entries(REASONS)) {
    it(`takes "${said}" for ${reason}`, async () => {
      expect(await failure('sh', '-c', `echo ${said} >&2; exit 1`)).to.have.property(
        'reason',
        reason,
      );
    });
  }

  it('takes other codes for success where they are', async () => {
    await runTool({ program: 'sh', package: 'dash', args: ['-c', 'exit 1'], success: [0, 1] });
  });

  it('hands arguments over as they are: there is no shell', async () => {
    const { message } = await failure('ls', '--', '$(touch x); *');
    expect(message).to.include('$(touch x); *');
  });
});
