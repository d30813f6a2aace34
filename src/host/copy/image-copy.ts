import { open, type FileHandle } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import type { Content } from '../content.js';
import { sameFile } from '../mounter.js';
import { slowIoctl } from '../syscalls.js';
import type { CopiedVolume } from './content-copy.js';
import { CopyError } from './copy-error.js';
import { goOn, type CopyRun } from './copy-run.js';
import type { Freezer } from './freeze.js';
import { copyAll, copyDifferences, type ImagePass } from './image-pass.js';
import { flushUsers, usersOf, type ImageUsers } from './image-users.js';

const FICLONE = 0x40049409;

/** Passes over an image that is written to, after the first. */
const PASSES = 10;

/** Longer than the clock of any file system ticks, in ms: two changes so far apart differ in time. */
const TICK_MS = 20;

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
 * where the file system has them, else in passes that copy what has changed, until one saw no write.
 * Throws a CopyError (`unsettled`) when that does not come about.
 */
export async function copyImage(copy: ImageCopy, run: CopyRun): Promise<void> {
  const { source, target: path, bytes } = copy;
  await using from = await open(source.path, 'r');
  const { dev, ino, size } = await from.stat({ bigint: true });
  if (!sameFile({ device: dev, inode: ino }, source.identity)) {
    throw new CopyError('not-readable', `${source.path} is another file than the one to be copied`);
  }
  await using target = await open(path, 'wx+', 0o600);
  const users = await usersOf(source.identity);
  if (copy.volume?.isInUse() && users.devices.length === 0) {
    throw new CopyError(
      'not-readable',
      'the image is in use on another machine, which may hold back what was written to it: ' +
        'unpublish and unstage it first',
    );
  }
  await flushUsers(users);
  if (!(await reflink(from, target))) {
    await copyInPasses(copy, { source: from, target, bytes: Number(size), run }, users);
  }
  const { size: copied } = await target.stat({ bigint: true });
  const whole = size > bytes ? size : bytes;
  if (copied < whole) await target.truncate(Number(whole));
}

/** False where the file system has no reflinks. A reflink is made between two writes. */
async function reflink(source: FileHandle, target: FileHandle): Promise<boolean> {
  try {
    await slowIoctl(target.fd, 'FICLONE', FICLONE, source.fd);
    return true;
  } catch {
    return false;
  }
}

async function copyInPasses(
  { volume, freezer }: ImageCopy,
  pass: ImagePass,
  users: ImageUsers,
): Promise<void> {
  if (await unchangedDuring(pass, () => copyAll(pass))) return;
  const { mountPoint } = users;
  if (volume !== undefined && mountPoint !== undefined) {
    const settled = await freezer.whileFrozen(volume.id, mountPoint, async () => {
      await flushUsers(users);
      return unchangedDuring(pass, () => copyDifferences(pass));
    });
    if (settled) return;
  }
  for (let left = PASSES; left > 0; left -= 1) {
    await flushUsers(users);
    if (await unchangedDuring(pass, () => copyDifferences(pass))) return;
  }
  throw new CopyError(
    'unsettled',
    'the volume was written to all the time: try again when its workload writes less, or unpublish it',
  );
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
