import { open, type FileHandle } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import type { Content } from '../content.js';
import { sameFile } from '../file-identity.js';
import { slowIoctl } from '../syscalls.js';
import type { Alone, CopiedVolume } from './content-copy.js';
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
 * file system that is mounted by this process is held up for the last of it. Throws a CopyError
 * (`unsettled`) when writes do not end.
 */
export async function copyImage(copy: ImageCopy, run: CopyRun): Promise<void> {
  const { source, target: path, bytes, volume } = copy;
  await using from = await open(source.path, 'r');
  const { dev, ino, size } = await from.stat({ bigint: true });
  if (!sameFile({ device: dev, inode: ino }, source.identity)) {
    throw new CopyError('not-readable', `${source.path} is another file than the one to be copied`);
  }
  await using target = await open(path, 'wx+', 0o600);
  const users = await usersOf(source.identity);
  if (volume?.isInUse() && users.devices.length === 0) {
    throw new CopyError(
      'not-readable',
      'the image is in use on another machine, which may hold back what was written to it: ' +
        'unpublish and unstage it first',
    );
  }
  const pass: ImagePass = { source: from, target, bytes: Number(size), run };
  const isSettled =
    users.places.length === 0 || volume?.alone === undefined
      ? await copyAtOnce(pass, users)
      : await copyFrozen(copy, pass, volume.id, volume.alone);
  if (!isSettled) await copyUntilSettled(pass, users);
  const { size: copied } = await target.stat({ bigint: true });
  const whole = size > bytes ? size : bytes;
  if (copied < whole) await target.truncate(Number(whole));
}

/** False when something was written meanwhile. */
async function copyAtOnce(pass: ImagePass, users: ImageUsers): Promise<boolean> {
  await flushDevices(users);
  return (await reflink(pass)) || unchangedDuring(pass, () => copyAll(pass));
}

/**
 * Copies an image whose file system is mounted here. All but the last pass goes on beside the workload;
 * for that one, other calls on the volume wait: it could not be unmounted, and would seem to be.
 */
async function copyFrozen(
  { source, freezer }: ImageCopy,
  pass: ImagePass,
  volumeId: string,
  alone: Alone,
): Promise<boolean> {
  const hasReflinks = await reflink(pass);
  if (!hasReflinks) await copyAll(pass);
  return alone(pass.run.signal, async () => {
    const users = await usersOf(source.identity);
    return freezer.whileFrozen(volumeId, users.places, async () => {
      await flushDevices(users);
      return hasReflinks ? reflink(pass) : unchangedDuring(pass, () => copyDifferences(pass));
    });
  });
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

async function copyUntilSettled(pass: ImagePass, users: ImageUsers): Promise<void> {
  for (let left = PASSES; left > 0; left -= 1) {
    await flushDevices(users);
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
