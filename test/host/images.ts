import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import type { Format } from '../../src/model/format.js';
import { isRoot } from './scratch.js';

/** What volumes of a format need of a machine, beside loop devices. */
const PROGRAMS: Readonly<Record<Format, readonly string[]>> = {
  directory: [],
  raw: [],
  ext4: ['mkfs.ext4', 'e2fsck', 'resize2fs'],
  xfs: ['mkfs.xfs', 'xfs_growfs'],
};

/** Skips the tests of a suite, visibly, where images of the format cannot be made or attached. */
export function needImages(format: Format): void {
  before(function () {
    if (!isRoot || !hasImages(format)) this.skip();
  });
}

function hasImages(format: Format): boolean {
  if (format === 'directory') return true;
  return canOpen('/dev/loop-control') && PROGRAMS[format].every(isInstalled);
}

function canOpen(path: string): boolean {
  return isAccessible(path, constants.R_OK | constants.W_OK);
}

function isInstalled(program: string): boolean {
  const directories = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin', '/sbin'];
  return directories.some((directory) => isAccessible(join(directory, program), constants.X_OK));
}

function isAccessible(path: string, mode: number): boolean {
  try {
    accessSync(path, mode);
    return true;
  } catch {
    return false;
  }
}
