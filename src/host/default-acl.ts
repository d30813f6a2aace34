import { errorCode } from './errno.js';
import { libc } from './libc.js';
import { checked } from './syscalls.js';

/** Tags of the entries of an access control list (linux/posix_acl.h). */
const OWNER = 0x01;
const OWNING_GROUP = 0x04;
const OTHERS = 0x20;

/** The format of the attribute that holds a list (linux/posix_acl_xattr.h). */
const VERSION = 2;
const NO_ID = 0xffffffff;
const NAME = 'system.posix_acl_default';

/**
 * Lets what is made in a directory be readable and writable by its group, whatever the umask of who makes
 * it, by a default access control list. Others get what the mode of the directory lets them, but for
 * writing: the list takes the umask's place for them too. A list that is there, and a file system that has
 * none, is left as it is.
 */
export function allowGroupInDirectory(path: string, mode: number): void {
  if (hasDefaultList(path)) return;
  const entries = [
    [OWNER, 7],
    [OWNING_GROUP, 7],
    [OTHERS, mode & 5],
  ] as const;
  const value = Buffer.alloc(4 + 8 * entries.length);
  value.writeUInt32LE(VERSION, 0);
  for (const [index, [tag, rights]] of entries.entries()) {
    const at = 4 + 8 * index;
    value.writeUInt16LE(tag, at);
    value.writeUInt16LE(rights, at + 2);
    value.writeUInt32LE(NO_ID, at + 4);
  }
  try {
    checked(libc().setxattr(path, NAME, value, value.length, 0), 'setxattr', path);
  } catch (error) {
    if (!isUnsupported(error)) throw error;
  }
}

function hasDefaultList(path: string): boolean {
  try {
    return checked(libc().getxattr(path, NAME, null, 0), 'getxattr', path) > 0;
  } catch (error) {
    if (isUnsupported(error) || errorCode(error) === 'ENODATA') return false;
    throw error;
  }
}

function isUnsupported(error: unknown): boolean {
  return errorCode(error) === 'ENOTSUP';
}
