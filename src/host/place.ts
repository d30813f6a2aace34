import { constants, statSync } from 'node:fs';
import { basename, dirname, isAbsolute } from 'node:path/posix';
import { hold, holdFile, type Descriptor, type HeldFile } from './descriptor.js';
import { errorCode } from './errno.js';
import { statxAt, type FileStatus } from './file-status.js';
import { AT_FDCWD, O_PATH, openat } from './syscalls.js';

/**
 * A path as a name in a directory that is held: what stands there can come and go, the directory
 * stays the same. Symlinks on the way to the directory were followed, the name itself never is.
 */
export interface Place extends Disposable {
  readonly parent: Descriptor;
  readonly name: string;
}

/** Holds the parent of an absolute path; undefined when there is none. */
export function holdPlace(path: string): Place | undefined {
  if (!isAbsolute(path)) throw new TypeError(`not an absolute path: ${path}`);
  const flags = O_PATH | constants.O_DIRECTORY;
  const parent = ifThere(() => hold(openat(AT_FDCWD, dirname(path), flags)));
  if (parent === undefined) return undefined;
  // Without trailing slashes, which would have the kernel follow a symlink. The root has no name.
  const name = basename(path) || '.';
  return { parent, name, [Symbol.dispose]: () => parent[Symbol.dispose]() };
}

/** Holds what stands at a place now; undefined when nothing does. */
export function holdEntry({ parent, name }: Place): HeldFile | undefined {
  return ifThere(() => holdFile(parent.number, name, constants.O_NOFOLLOW));
}

/**
 * The status of what stands at an absolute path that ends in a name, without holding it: one system
 * call for five. Undefined when nothing does.
 */
export function entryStatus(path: string): FileStatus | undefined {
  try {
    return ifThere(() => statxAt(path));
  } catch (error) {
    if (errorCode(error) !== 'EIO') throw error;
    using place = holdPlace(path);
    using entry = place && holdEntry(place);
    return entry?.status;
  }
}

/** The number of the block device whose node a path leads to, symlinks followed; undefined for all else. */
export function blockDeviceAt(path: string): bigint | undefined {
  const status = ifThere(() => statSync(path, { bigint: true }));
  return status?.isBlockDevice() ? status.rdev : undefined;
}

/** Whether a path ends in a name, which no slash, `.` or `..` at the end is. */
export function endsInName(path: string): boolean {
  return !/(?:^|\/)\.{0,2}$/.test(path);
}

/** Codes of paths that lead nowhere, and cannot until something else changes. */
const NOWHERE: ReadonlySet<string | undefined> = new Set([
  'ENOENT',
  'ENOTDIR',
  'ELOOP',
  'ENAMETOOLONG',
]);

function ifThere<Held>(open: () => Held): Held | undefined {
  try {
    return open();
  } catch (error) {
    if (NOWHERE.has(errorCode(error))) return undefined;
    throw error;
  }
}
