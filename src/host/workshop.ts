import { mkdirSync, rmdirSync, unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { errorCode } from './errno.js';
import { MNT_DETACH, MS_BIND, MS_PRIVATE, UMOUNT_NOFOLLOW, mount, umount2 } from './syscalls.js';

/** A directory in which a mount is made before it appears where it belongs; no other namespace sees in. */
export interface Workshop {
  /** What to mount on. */
  readonly points: { readonly directory: string; readonly file: string };
  /** Prepares it for one mount. */
  open(): void;
  /** Removes it, and what is mounted in it; nothing there is fine. */
  close(): void;
}

/** `path`: of a directory that this process alone makes and removes. */
export function workshop(path: string): Workshop {
  const points = { directory: join(path, 'directory'), file: join(path, 'file') };

  const opened: Workshop = {
    points,
    open() {
      opened.close(); // what a crash may have left
      mkdirSync(path, { mode: 0o700 });
      // A mount of its own, because only a mount can be kept from propagating what happens in it.
      mount(path, path, MS_BIND);
      mount('none', path, MS_PRIVATE);
      mkdirSync(points.directory);
      writeFileSync(points.file, '');
    },
    close() {
      while (ifThere(() => umount2(path, MNT_DETACH | UMOUNT_NOFOLLOW))) {
        // Stacked mounts go one by one, each with all that is mounted in it.
      }
      // By name and never recursively: were a volume still mounted here, its data would go.
      ifThere(() => unlinkSync(points.file));
      ifThere(() => rmdirSync(points.directory));
      ifThere(() => rmdirSync(path));
    },
  };
  return opened;
}

/** Whether there was something to undo. Who may not unmount has mounted nothing here either. */
function ifThere(undo: () => void): boolean {
  try {
    undo();
    return true;
  } catch (error) {
    if (['ENOENT', 'EINVAL', 'EPERM'].includes(errorCode(error) ?? '')) return false;
    throw error;
  }
}
