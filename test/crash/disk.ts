import { spawnSync } from 'node:child_process';
import {
  closeSync,
  copyFileSync,
  mkdirSync,
  openSync,
  truncateSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type * as Koffi from 'koffi';
import { MNT_DETACH, umount2 } from '../../src/host/syscalls.js';

/** A disk whose power can be cut: an ext4 file system in a file. */
export interface Disk {
  /**
   * Cuts the power: from here on nothing more gets from memory to the disk, not even the journal, and
   * every write fails.
   */
  cutPower(): void;
  /** Mounts what was on the disk at the cut, mended as it is at boot. Nobody may use the disk. */
  powerOn(): void;
}

const BYTES = 48 * 2 ** 20;

/** Whether the file system has a journal to replay after a cut; without one, e2fsck mends it. */
export type Kind = 'journal' | 'no journal';

/**
 * Makes a disk in an existing directory and mounts it at `mountPoint`, which is made. Undefined where
 * this machine has no loop devices, or no ext4.
 */
export function makeDisk(directory: string, mountPoint: string, kind: Kind): Disk | undefined {
  let cuts = 0;
  const image = () => join(directory, `image-${cuts}`);
  writeFileSync(image(), '');
  truncateSync(image(), BYTES);
  mkdirSync(mountPoint);
  const features = kind === 'journal' ? 'has_journal' : '^has_journal';
  const made = spawnSync('mkfs.ext4', ['-q', '-F', '-b', '4096', '-O', features, image()]);
  if (made.status !== 0 || mount(image(), mountPoint, kind) !== 0) return undefined;

  return {
    cutPower() {
      shutDown(mountPoint);
    },

    powerOn() {
      // A copy from before the end of the mount, which writes what memory still holds; and one that
      // no device has been attached to, whose end may come later.
      const before = image();
      cuts += 1;
      copyFileSync(before, image());
      umount2(mountPoint, MNT_DETACH);
      unlinkSync(before);
      if (kind === 'no journal') mend(image());
      if (mount(image(), mountPoint, kind) !== 0) {
        throw new Error('the disk cannot be mounted any more');
      }
    },
  };
}

/** The exit code of mount(8). It frees the loop device by itself when the last mount is gone. */
function mount(image: string, mountPoint: string, kind: Kind): number | null {
  // No commit of the journal but those that fsync asks for.
  const options = kind === 'journal' ? 'loop,commit=600' : 'loop';
  return spawnSync('mount', ['-t', 'ext4', '-o', options, image, mountPoint]).status;
}

/** e2fsck as at boot, with yes to all questions; 1 means that it has mended something. */
function mend(image: string): void {
  const { status, stdout } = spawnSync('e2fsck', ['-f', '-y', image], { encoding: 'utf8' });
  if (status !== 0 && status !== 1) throw new Error(`e2fsck ended with ${status}: ${stdout}`);
}

/** ioctl EXT4_IOC_SHUTDOWN: no call ends well from here on, and nothing is flushed, the log neither. */
function shutDown(mountPoint: string): void {
  const EXT4_IOC_SHUTDOWN = 0x8004587d;
  const EXT4_GOING_FLAGS_NOLOGFLUSH = 2;
  const koffi: typeof Koffi = createRequire(import.meta.url)('koffi');
  const ioctl = koffi.load(null).func('int ioctl(int, unsigned long, void *)');
  const descriptor = openSync(mountPoint, 'r');
  try {
    const flags = Uint32Array.of(EXT4_GOING_FLAGS_NOLOGFLUSH);
    if (ioctl(descriptor, EXT4_IOC_SHUTDOWN, flags) !== 0) {
      throw new Error(`the power cannot be cut: errno ${koffi.errno()}`);
    }
  } finally {
    closeSync(descriptor);
  }
}
