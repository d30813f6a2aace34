import { constants } from 'node:fs';
import type { Content } from '../content.js';
import { hold, holdFile, type Descriptor } from '../descriptor.js';
import { errorCode } from '../errno.js';
import { sameFile } from '../file-identity.js';
import {
  AT_EMPTY_PATH,
  AT_FDCWD,
  MS_PRIVATE,
  OPEN_TREE_CLONE,
  mountSetattr,
  openTree,
} from '../syscalls.js';
import { CopyError } from './copy-error.js';

/** MOUNT_ATTR_RDONLY, _NOSUID, _NODEV, _NOEXEC and _NOSYMFOLLOW. */
const READ_ONLY_AND_NO_WAY_OUT = 0x1 | 0x2 | 0x4 | 0x8 | 0x200000;

/** A directory that is open to be read. */
export interface SourceView extends Descriptor {
  /** Whether no symlink leads out of it, whatever workloads do to it. */
  readonly isSafe: boolean;
}

/** What tells that this process may not mount, or that the kernel does not know how. */
const CANNOT: ReadonlySet<string | undefined> = new Set(['EPERM', 'EACCES', 'ENOSYS', 'EINVAL']);

/**
 * Opens a directory to be read by a program that goes by paths, while workloads may put symlinks in the
 * place of directories at any moment: as a mount of its own, attached nowhere, that is read-only and
 * follows no symlinks. What is mounted below is not in it. It is gone with its last descriptor.
 *
 * A process that may not mount gets the directory itself, which is safe as long as nobody uses it.
 */
export function viewOf({ path, identity }: Content): SourceView {
  const held = holdFile(AT_FDCWD, path, constants.O_NOFOLLOW);
  try {
    if (!sameFile(held.status.identity, identity)) {
      throw new CopyError('not-readable', `${path} is another directory than the one to be copied`);
    }
    const view = detachedView(held);
    if (view === undefined) return { ...held, isSafe: false };
    held[Symbol.dispose]();
    return { ...view, isSafe: true };
  } catch (error) {
    held[Symbol.dispose]();
    throw error;
  }
}

/** Undefined for a process that may not mount. */
function detachedView(directory: Descriptor): Descriptor | undefined {
  let view: Descriptor | undefined;
  try {
    view = hold(openTree(directory.number, '', AT_EMPTY_PATH | OPEN_TREE_CLONE));
    const attr = { set: READ_ONLY_AND_NO_WAY_OUT, clear: 0, propagation: MS_PRIVATE };
    mountSetattr(view.number, attr);
    return view;
  } catch (error) {
    view?.[Symbol.dispose]();
    if (CANNOT.has(errorCode(error))) return undefined;
    throw error;
  }
}

/** For a source that is in use where no safe view of it can be had. */
export function unsafeSource(): CopyError {
  return new CopyError(
    'not-readable',
    'while a node has a volume, only a process that may mount (CAP_SYS_ADMIN), on Linux 5.14 or ' +
      'newer, can copy it: unpublish and unstage it first',
  );
}
