import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  closeSync,
  constants,
  existsSync,
  openSync,
  readSync,
  renameSync,
  statSync,
  truncateSync,
  unlinkSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { eventually } from '../integration/eventually.js';
import { needImages } from './images.js';
import { LoopError, loopDevices } from '../../src/host/loop-devices.js';
import { configureStepwise, freeDevice, status } from '../../src/host/loop-calls.js';
import { holdLoop, isLoopDevice } from '../../src/host/loop-node.js';
import { IMAGE_BYTES, IMAGE_TEXT, loopSite, type LoopSite } from './loop-site.js';
import { onlooker } from './onlooker.js';
import { openFiles } from './open-files.js';
import { identityOf } from './scratch.js';

const PROGRAM = fileURLToPath(new URL('./loop-program.js', import.meta.url));

/** The bytes that a device says it has. */
const sizeOf = (path: string) => Number(execFileSync('blockdev', ['--getsize64', path]));

/** Whoever looks into a new device, as udev does, holds it for a moment. */
const isFree = (site: LoopSite, number: bigint) =>
  eventually(() => expect(site.loops.behind(number)).to.equal(undefined));

describe('loopDevices', function () {
  let site: LoopSite;

  needImages('raw');
  beforeEach(() => {
    site = loopSite();
  });
  afterEach(() => site.remove());

  describe('attach', () => {
    it('shows the image as a disk, for reading and writing', () => {
      using device = site.attach();
      expect(statSync(device.path, { bigint: true }).rdev).to.equal(device.number);
      expect(isLoopDevice(device.number)).to.equal(true);
      expect(sizeOf(device.path)).to.equal(IMAGE_BYTES);
      expect(textAt(device.path, IMAGE_TEXT.length)).to.equal(IMAGE_TEXT);
      const direct = ['bs=4096', 'count=1', 'oflag=direct', 'status=none'];
      execFileSync('dd', ['if=/dev/zero', `of=${device.path}`, ...direct]);
      expect(textAt(site.image, 8)).to.equal('\0'.repeat(8));
    });

    it('refuses writes to a read-only one: EPERM', () => {
      using device = site.attach({ readonly: true });
      expect(() => writeTo(device.path)).to.throw('EPERM');
      expect(textAt(device.path, IMAGE_TEXT.length)).to.equal(IMAGE_TEXT);
    });

    it('attaches one image several times', () => {
      using first = site.attach();
      using second = site.attach({ readonly: true });
      expect(second.number).not.to.equal(first.number);
      expect(site.loops.behind(second.number)?.identity).to.deep.equal(identityOf(site.image));
    });

    it('lets an autoclear device go with the last one who holds it', async () => {
      const device = site.attach({ autoclear: true });
      const user = openSync(device.path, 'r');
      device[Symbol.dispose]();
      expect(site.loops.behind(device.number)).to.include({ autoclear: true });
      closeSync(user);
      await isFree(site, device.number);
    });

    it('keeps another device until it is detached', () => {
      const device = site.attach();
      device[Symbol.dispose]();
      expect(site.loops.behind(device.number)).to.include({ autoclear: false });
    });

    it('refuses an image that is gone or another: source-changed', () => {
      const identity = identityOf(site.image);
      const request = { image: site.image, identity, readonly: false, autoclear: false };
      const refusal = () =>
        expect(() => site.loops.attach(request))
          .to.throw(LoopError)
          .with.property('reason', 'source-changed');
      renameSync(site.image, `${site.image}-moved`);
      refusal();
      writeFileSync(site.image, 'another');
      refusal();
      expect(site.loops.own()).to.deep.equal([]);
    });

    it('refuses a user without rights, with words: unavailable', () => {
      const script = `
        import { statSync } from 'node:fs';
        const { loopDevices } = await import(${JSON.stringify(new URL('../../src/host/loop-devices.js', import.meta.url).href)});
        const { dev: device, ino: inode } = statSync(process.execPath, { bigint: true });
        const request = { image: process.execPath, identity: { device, inode }, readonly: true };
        try { loopDevices('t').attach(request); } catch (error) { console.log(error.reason, error.message); }`;
      const answer = execFileSync(
        'setpriv',
        [
          '--reuid=65534',
          '--regid=65534',
          '--clear-groups',
          process.execPath,
          '--input-type=module',
          '-e',
          script,
        ],
        { cwd: '/', encoding: 'utf8' },
      );
      expect(answer).to.match(/^unavailable .*EACCES.*root outside of any user namespace/);
    });

    it('makes the node that /dev lacks', async () => {
      const { path } = site.attach();
      await site.loops.detach(statSync(path, { bigint: true }).rdev);
      await site.remove();
      site = loopSite();
      unlinkSync(path);
      // Devices are given out in order, so it is the next one or, with other users, one of the next.
      for (let tries = 0; tries < 64 && !existsSync(path); tries += 1) site.attach();
      expect(statSync(path).isBlockDevice()).to.equal(true);
      expect(statSync(path).mode & 0o777).to.equal(0o600);
    });

    it('gives each of several processes devices of their own', async () => {
      const count = 8;
      const children = Array.from({ length: 3 }, () =>
        spawn(process.execPath, [PROGRAM, site.image, String(count)], {
          stdio: ['pipe', 'pipe', 'inherit'],
        }),
      );
      const said = await Promise.all(
        children.map(async ({ stdout }) => {
          const [line] = await once(stdout, 'data');
          return String(line).trim().split(' ');
        }),
      );
      for (const { stdin } of children) stdin.end();
      await Promise.all(children.map((child) => once(child, 'close')));
      expect(new Set(said.flat()).size).to.equal(3 * count);
    });
  });

  describe('behind', () => {
    it('tells the file, and whether the device is read-only', () => {
      using device = site.attach({ readonly: true });
      expect(site.loops.behind(device.number)).to.deep.include({
        identity: identityOf(site.image),
        readonly: true,
        autoclear: false,
      });
    });

    it('is undefined for a free device, one that does not exist, and one of another kind', async () => {
      const { number } = site.attach();
      await site.loops.detach(number);
      await site.remove();
      site = loopSite();
      await isFree(site, number);
      expect(site.loops.behind(7n * 256n + 255n + (4095n << 20n))).to.equal(undefined);
      expect(site.loops.behind(statSync('/dev/null', { bigint: true }).rdev)).to.equal(undefined);
    });

    it('tells an image that was deleted by its path', () => {
      using device = site.attach();
      expect(site.loops.imagePath(device.number)).to.equal(site.image);
      const identity = identityOf(site.image);
      unlinkSync(site.image);
      expect(site.loops.behind(device.number)?.identity).to.deep.equal(identity);
      expect(site.loops.imagePath(device.number)).to.equal(`${site.image} (deleted)`);
    });
  });

  it('takes over the size of an image that has grown', () => {
    using device = site.attach();
    truncateSync(site.image, 2 * IMAGE_BYTES);
    expect(sizeOf(device.path)).to.equal(IMAGE_BYTES);
    site.loops.takeOverSize(device.number);
    expect(sizeOf(device.path)).to.equal(2 * IMAGE_BYTES);
  });

  it('detaches a device that is open with its last user, and twice without complaint', async () => {
    const device = site.attach();
    await site.loops.detach(device.number);
    expect(textAt(device.path, IMAGE_TEXT.length)).to.equal(IMAGE_TEXT);
    device[Symbol.dispose]();
    await isFree(site, device.number);
    await site.loops.detach(device.number);
  });

  it('lists the devices with its tag, and no others', () => {
    using first = site.attach();
    using second = site.attach({ readonly: true });
    const numbers = site.loops.own().map(({ number }) => number);
    expect(numbers).to.have.members([first.number, second.number]);
    expect(loopDevices('csi-mock-test').own()).to.deep.equal([]);
  });

  it('holds a device that writes to an image, whoever attached it', () => {
    using writing = site.attach({ autoclear: true });
    using reading = site.attach({ readonly: true });
    expect(reading.number).not.to.equal(writing.number);
    using found = loopDevices('another').holdWriting(identityOf(site.image));
    expect(found?.number).to.equal(writing.number);
  });

  it('holds none that goes at this moment, with the last one who looks into it', async () => {
    const udev = await onlooker(site.root, 10);
    try {
      for (let turn = 1; turn <= 100; turn += 1) {
        const device = site.attach({ autoclear: true });
        await udev.hasRead(turn);
        device[Symbol.dispose]();
        for (;;) {
          using found = site.loops.holdWriting(identityOf(site.image));
          if (found === undefined) break;
          expect(site.loops.behind(found.number), `turn ${turn}`).not.to.equal(undefined);
        }
      }
    } finally {
      await udev.end();
    }
  });

  it('can be set up in several steps too, as kernels before 5.8 want it', () => {
    const settings = { readonly: false, autoclear: true, directIo: true, name: 'in steps' };
    const [control, image] = [openSync('/dev/loop-control', 'r+'), openSync(site.image, 'r+')];
    using device = holdLoop(`loop${freeDevice(control)}`, constants.O_RDWR);
    configureStepwise(device.descriptor, image, settings);
    for (const descriptor of [control, image]) closeSync(descriptor);
    const { autoclear, identity } = status(device.descriptor);
    expect({ autoclear, identity }).to.deep.equal({
      autoclear: true,
      identity: identityOf(site.image),
    });
    expect(loopDevices('in steps').own()).to.have.lengthOf(1);
    expect(sizeOf(device.path)).to.equal(IMAGE_BYTES);
  });

  it('leaves no descriptor open', async () => {
    const before = openFiles();
    const { number, path } = site.attach();
    site.loops.behind(number);
    site.loops.takeOverSize(number);
    site.loops.own();
    await site.loops.detach(number);
    // That of the device itself.
    expect(openFiles()).to.deep.equal([...before, path].toSorted());
  });
});

function textAt(path: string, length: number): string {
  const descriptor = openSync(path, 'r');
  try {
    const buffer = Buffer.alloc(length);
    readSync(descriptor, buffer);
    return buffer.toString('latin1');
  } finally {
    closeSync(descriptor);
  }
}

function writeTo(path: string): void {
  const descriptor = openSync(path, 'r+');
  try {
    writeSync(descriptor, 'x');
  } finally {
    closeSync(descriptor);
  }
}
