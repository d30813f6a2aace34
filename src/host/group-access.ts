import { chmodSync, chownSync, constants, fstatSync, openSync, type Stats } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { setImmediate } from 'node:timers/promises';
import { allowGroupInDirectory } from './default-acl.js';
import { hold, type Descriptor } from './descriptor.js';
import { errorCode } from './errno.js';
import { mountId } from './mount-table.js';
import { O_PATH } from './syscalls.js';

/** A tree of directories cannot be given to a group. The message says why; a part of it may have been. */
export class GroupRefusal extends Error {
  override readonly name = 'GroupRefusal';
}

/**
 * Gives a directory and all in it to a group: the group may read and write every file, enter and change
 * every directory, and whatever is made there from now on belongs to it and is readable and writable by
 * it, whatever the umask of who makes it (where the file system has access control lists).
 *
 * A directory that belongs to the group already, as this leaves it, is taken for done: its own change comes
 * last, so what is interrupted begins anew. What is mounted in the tree, and what symlinks lead to, is left
 * alone: every file is held by a descriptor while it is looked at and changed.
 */
export async function giveToGroup(directory: string, group: number): Promise<void> {
  using root = holdRoot(directory);
  if (isGiven(fstatSync(root.number), group)) return;
  try {
    await giveTree(root, group, { mount: mountId(root), looked: 0 }, 0);
  } catch (error) {
    const code = errorCode(error);
    if (code === undefined || !REFUSALS.has(code)) throw error;
    throw new GroupRefusal(`${code} in ${directory}`, { cause: error });
  }
}

/** What a file system answers that has no such owners or is read-only, or to a user without the right. */
const REFUSALS: ReadonlySet<string> = new Set(['EPERM', 'EACCES', 'EINVAL', 'EROFS', 'ENOTSUP']);

/** Directories in directories: each holds a descriptor while those in it are looked at. */
const MOST_LEVELS = 512;
/** Files between two looks at what else there is to do. */
const BATCH = 256;

interface Walk {
  readonly mount: string;
  looked: number;
}

async function giveTree(
  directory: Descriptor,
  group: number,
  walk: Walk,
  level: number,
): Promise<void> {
  if (level > MOST_LEVELS) {
    throw new GroupRefusal(`directories are nested more than ${MOST_LEVELS} deep`);
  }
  for (const name of await readdir(directory.link, { encoding: 'buffer' })) {
    walk.looked += 1;
    if (walk.looked % BATCH === 0) await setImmediate();
    using entry = holdIn(directory, name);
    if (entry === undefined) continue;
    const stats = fstatSync(entry.number);
    if (stats.isSymbolicLink() || mountId(entry) !== walk.mount) continue;
    if (stats.isDirectory()) await giveTree(entry, group, walk, level + 1);
    else give(entry, stats, group, FILE_BITS);
  }
  allowGroupInDirectory(directory.link, fstatSync(directory.number).mode);
  give(directory, fstatSync(directory.number), group, DIRECTORY_BITS);
}

const FILE_BITS = 0o060;
/** With set-group-ID: what is made in the directory gets its group. */
const DIRECTORY_BITS = 0o2070;

function isGiven({ gid, mode }: Stats, group: number): boolean {
  return gid === group && (mode & DIRECTORY_BITS) === DIRECTORY_BITS;
}

function give({ link }: Descriptor, { gid, mode }: Stats, group: number, bits: number): void {
  const wanted = (mode & 0o7777) | bits;
  if (gid !== group) chownSync(link, KEEP_OWNER, group);
  // A change of owners takes away set-user-ID and set-group-ID.
  if (gid !== group || (mode & 0o7777) !== wanted) chmodSync(link, wanted);
}

const KEEP_OWNER = -1;

function holdRoot(directory: string): Descriptor {
  return hold(openSync(directory, O_PATH | constants.O_DIRECTORY | constants.O_NOFOLLOW));
}

/** Names are bytes that need not be text. Undefined for what is gone meanwhile. */
function holdIn({ link }: Descriptor, name: Buffer): Descriptor | undefined {
  const path = Buffer.concat([Buffer.from(`${link}/`), name]);
  try {
    return hold(openSync(path, O_PATH | constants.O_NOFOLLOW));
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}
