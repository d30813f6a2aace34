import { execFileSync } from 'node:child_process';
import {
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmdirSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import type { FileIdentity } from '../../src/host/file-identity.js';
import { MountRefusal } from '../../src/host/mount-refusal.js';
import { MNT_DETACH, umount2 } from '../../src/host/syscalls.js';

/** A file system of its own for one test: whatever is mounted in it goes along when it is removed. */
export interface Scratch {
  readonly root: string;
  path(...names: string[]): string;
  /** Makes a directory in it. */
  make(...names: string[]): string;
  remove(): void;
}

/**
 * `shared`: mounts in it propagate to the namespaces that were made of this one. `size`: what fits in
 * it, as mount(8) has it.
 */
export function scratch(
  propagation: 'private' | 'shared' = 'private',
  size: string = '50%',
): Scratch {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'csi-mock-test-')));
  execFileSync('mount', ['-t', 'tmpfs', '-o', `mode=0755,size=${size}`, 'none', root]);
  execFileSync('mount', [`--make-${propagation}`, root]);
  return {
    root,
    path: (...names) => join(root, ...names),
    make(...names) {
      const path = join(root, ...names);
      mkdirSync(path, { recursive: true });
      return path;
    },
    remove() {
      // Images that a failed test has left attached would keep the file system alive.
      const attached = attachedBelow(root);
      umount2(root, MNT_DETACH);
      detachLeft(attached);
      rmdirSync(root);
    },
  };
}

/** Whether this process may mount; tests that need it skip themselves visibly without. */
export const isRoot = process.geteuid?.() === 0;

export function identityOf(path: string): FileIdentity {
  const { dev, ino } = lstatSync(path, { bigint: true });
  return { device: dev, inode: ino };
}

/** Expects `act` to throw a MountRefusal for this reason, and `directory` to be as before. */
export function expectRefusal(
  directory: string,
  reason: MountRefusal['reason'],
  act: () => unknown,
): void {
  const before = listing(directory);
  expect(act).to.throw(MountRefusal).with.property('reason', reason);
  expect(listing(directory)).to.deep.equal(before);
}

/** What is below a directory, mounts included, to compare before and after. */
export function listing(directory: string): string[] {
  const names = readdirSync(directory, { recursive: true, encoding: 'utf8' }).toSorted();
  const files = names.map((name) => {
    const status = lstatSync(join(directory, name));
    const { mode, dev, ino } = status;
    return `${name} ${mode.toString(8)} ${dev}:${ino} ${status.isFile() ? status.size : ''}`;
  });
  return [...files, ...mountsBelow(directory)];
}

/** The lines of a process's mount table that are about a directory or something below it. */
export function mountsBelow(directory: string, process: number | 'self' = 'self'): string[] {
  return readFileSync(`/proc/${process}/mountinfo`, 'utf8')
    .split('\n')
    .filter((line) => `${line.split(' ')[4]}/`.startsWith(`${directory}/`));
}

/** The loop devices whose images are below a directory, by their names and the images' paths. */
export function attachedBelow(directory: string): string[] {
  return readdirSync('/sys/block')
    .filter((name) => name.startsWith('loop'))
    .map((name) => `${name} ${imageOf(name)}`)
    .filter((line) => line.includes(` ${directory}/`));
}

/** Detaches those of the loop devices, as listed before an unmount, that did not go with it. */
export function detachLeft(attached: readonly string[]): void {
  for (const line of attached) {
    const [device = ''] = line.split(' ');
    // By now it may be free, or somebody else's.
    const isLeft = () => `${device} ${imageOf(device)}`.startsWith(line);
    if (!isLeft()) continue;
    try {
      execFileSync('losetup', ['--detach', `/dev/${device}`], { stdio: 'pipe' });
    } catch (error) {
      // It has just gone by itself.
      if (isLeft()) throw error;
    }
  }
}

function imageOf(device: string): string {
  try {
    return readFileSync(`/sys/block/${device}/loop/backing_file`, 'utf8').trim();
  } catch {
    return '';
  }
}
