import { open, type FileHandle } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import type { Content } from '../content.js';
import { sameFile } from '../file-identity.js';
import { slowIoctl } from '../syscalls.js';
import type { CopiedVolume } from './copied-volume.js';
import { CopyError } from './copy-error.js';
import { goOn, type CopyRun } from './copy-run.js';
import type { Freezer } from './freeze.js';
import { copyAll, copyDifferences, type ImagePass } from './image-pass.js';
import { flushDevices, usersOf, type ImageUsers } from './image-users.js';

const FICLONE = 0x40049409;

/** Passes over an image that is written to, after the first. */
const PASSES = 10;

/** Longer than the clock of any file system ticks, in ms: two changes so far apart differ in time. */
const TICK_MS = 20;

/** How often, and how far apart in ms, nodes that use an image are looked for on this machine. */
const LOOKS = 20;
const LOOK_MS = 50;

export interface ImageCopy {
  readonly source: Content;
  /** The path of the copy. It must not exist. */
  readonly target: string;
  /** The least size of the copy; what it is larger by than the source is zeros. */
  readonly bytes: bigint;
  /** The volume whose image it is; undefined for a snapshot's. */
  readonly volume: CopiedVolume | undefined;
  readonly freezer: Freezer;
}

/**
 * Copies an image as it is at one point in time, also while it is attached and written to: by a reflink
 * where the file system has them, else in passes that copy what has changed, until one saw no write. A
 * file system that is mounted by this process is held up for all but the first. Throws a CopyError
 * (`unsettled`) when writes do not end.
 */
export async function copyImage(copy: ImageCopy, run: CopyRun): Promise<void> {
  const { source, target: path, bytes } = copy;
  await using from = await open(source.path, 'r');
  const { dev, ino, size } = await from.stat({ bigint: true });
  if (!sameFile({ device: dev, inode: ino }, source.identity)) {
    throw new CopyError('not-readable', `${source.path} is another file than the one to be copied`);
  }
  await using target = await open(path, 'wx+', 0o600);
  await copyMoment(copy, { source: from, target, bytes: Number(size), run });
  const { size: copied } = await target.stat({ bigint: true });
  const whole = size > bytes ? size : bytes;
  if (copied < whole) await target.truncate(Number(whole));
}

/** Copies beside the workload, then, where that saw writes or a file system is mounted, again. */
async function copyMoment(copy: ImageCopy, pass: ImagePass): Promise<void> {
  const { source, volume } = copy;
  const first = await usersHere(copy, pass.run);
  await flushDevices(source.identity, first);
  const isSettled = (await reflink(pass)) || (await unchangedDuring(pass, () => copyAll(pass)));
  const alone = volume?.alone;
  if (isSettled && (alone === undefined || first.places.length === 0)) return;

  const again = async () =>
    (await reflink(pass)) || unchangedDuring(pass, () => copyDifferences(pass));
  for (let left = PASSES; left > 0; left -= 1) {
    // Who uses it may have changed since the pass before.
    const users = await usersHere(copy, pass.run);
    const isMounted = volume?.holdsFileSystem || users.places.length > 0;
    const hasSettled =
      volume !== undefined && alone !== undefined && isMounted
        ? await alone(pass.run.signal, () => heldUp(copy, volume, again))
        : await flushed(source, users, again);
    if (hasSettled) return;
  }
  throw new CopyError(
    'unsettled',
    'the volume was written to all the time: try again when its workload writes less, or unpublish it',
  );
}

/** While other calls on the volume wait: its file system could not be unmounted, and would seem to be. */
async function heldUp<Result>(
  { source, freezer }: ImageCopy,
  { id }: CopiedVolume,
  work: () => Promise<Result>,
): Promise<Result> {
  const users = await usersOf(source.identity);
  return freezer.whileFrozen(id, users.places, () => flushed(source, users, work));
}

async function flushed<Result>(
  { identity }: Content,
  users: ImageUsers,
  work: () => Promise<Result>,
): Promise<Result> {
  await flushDevices(identity, users);
  return work();
}

/** Throws a CopyError when another machine uses the image: it may hold back what was written there. */
async function usersHere({ source, volume }: ImageCopy, run: CopyRun): Promise<ImageUsers> {
  for (let left = LOOKS; left > 0; left -= 1) {
    const users = await usersOf(source.identity);
    if (volume === undefined || areAllHere(volume, users)) return users;
    // A node of another process marks a volume before it has a device of it, and until after.
    await delay(LOOK_MS);
    goOn(run);
  }
  throw new CopyError(
    'not-readable',
    'the image is in use on another machine, which may hold back what was written to it: ' +
      'unpublish and unstage it first',
  );
}

function areAllHere(volume: CopiedVolume, { devices }: ImageUsers): boolean {
  if (volume.alone !== undefined) return true;
  // Only nodes of one machine share a mounted file system that is written to.
  if (volume.holdsFileSystem) return devices.length > 0 || volume.nodes() === 0;
  // Each node gives the devices for its workloads a name of its own.
  return new Set(devices.map(({ name }) => name)).size >= volume.nodes();
}

/** False where the file system has no reflinks. A reflink is made between two writes. */
async function reflink({ source, target }: ImagePass): Promise<boolean> {
  try {
    await slowIoctl(target.fd, 'FICLONE', FICLONE, source.fd);
    return true;
  } catch {
    return false;
  }
}

/** Whether nothing was written to the source while the work was done. */
async function unchangedDuring(
  { source, run }: ImagePass,
  work: () => Promise<void>,
): Promise<boolean> {
  const earlier = await lastChange(source);
  // A write from here on has another time than the one seen.
  await delay(TICK_MS);
  const before = await lastChange(source);
  await work();
  goOn(run);
  return earlier === before && before === (await lastChange(source));
}

async function lastChange(file: FileHandle): Promise<string> {
  const { mtimeNs, ctimeNs } = await file.stat({ bigint: true });
  return `${mtimeNs} ${ctimeNs}`;
}
