import { constants, mkdirSync, rmdirSync, unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { holdFile, type Descriptor, type HeldFile } from './descriptor.js';
import { errorCode } from './errno.js';
import { attributeRefusal, type FileSystem, type MountApi, type NewMount } from './mount-api.js';
import { listedMount, mountId } from './mount-table.js';
import { ATIMES, MOUNT_ATTRIBUTES, type MountAttribute } from '../model/mount-flags.js';
import {
  AT_FDCWD,
  MNT_DETACH,
  MS_BIND,
  MS_MOVE,
  MS_NOATIME,
  MS_NODEV,
  MS_NODIRATIME,
  MS_NOEXEC,
  MS_NOSUID,
  MS_NOSYMFOLLOW,
  MS_PRIVATE,
  MS_RDONLY,
  MS_RELATIME,
  MS_REMOUNT,
  MS_STRICTATIME,
  UMOUNT_NOFOLLOW,
  mount,
  umount2,
} from './syscalls.js';

const FLAGS: Readonly<Record<MountAttribute, number>> = {
  ro: MS_RDONLY,
  nosuid: MS_NOSUID,
  nodev: MS_NODEV,
  noexec: MS_NOEXEC,
  noatime: MS_NOATIME,
  nodiratime: MS_NODIRATIME,
  relatime: MS_RELATIME,
  strictatime: MS_STRICTATIME,
  nosymfollow: MS_NOSYMFOLLOW,
};

/**
 * Mounts for kernels before 5.12. There a bind appears first and gets its attributes after, so it is
 * made in a work directory that no other namespace looks into, and moved away when it is complete.
 * `workDirectory` must exist and belong to this process alone.
 */
export function classicApi(workDirectory: string): MountApi {
  const workshop = join(workDirectory, 'mounting');
  const points = { directory: join(workshop, 'directory'), file: join(workshop, 'file') };

  const open = () => {
    mkdirSync(workshop, { mode: 0o700 });
    // A mount of its own, because only a mount can be kept from propagating what happens in it.
    mount(workshop, workshop, MS_BIND);
    mount('none', workshop, MS_PRIVATE);
    mkdirSync(points.directory);
    writeFileSync(points.file, '');
  };
  const close = () => {
    while (ifThere(() => umount2(workshop, MNT_DETACH | UMOUNT_NOFOLLOW))) {
      // Stacked mounts go one by one, each with all that is mounted in it.
    }
    // By name and never recursively: were a volume still mounted here, its data would go.
    ifThere(() => unlinkSync(points.file));
    ifThere(() => rmdirSync(points.directory));
    ifThere(() => rmdirSync(workshop));
  };

  /** Has `make` mount something in the work directory, and hands that over. */
  function made(make: () => HeldFile): NewMount {
    close(); // what a crash may have left
    try {
      open();
      const mounted = make();
      return {
        identity: mounted.status.identity,
        attach: (target) => mount(mounted.link, target.link, MS_MOVE),
        detach: () => umount2(mounted.link, MNT_DETACH),
        [Symbol.dispose]: () => {
          mounted[Symbol.dispose]();
          close();
        },
      };
    } catch (error) {
      close();
      throw error;
    }
  }

  return {
    statusTellsMounts: false,
    isMountRoot: (parent, entry) => mountId(parent) !== mountId(entry),

    clone: (source, attributes) =>
      made(() => {
        const point = source.status.kind === 'directory' ? points.directory : points.file;
        mount(source.link, point, MS_BIND);
        return finished(point, attributes);
      }),

    // Mounting opens it here, on this thread: the work directory is for one mount at a time.
    open: (fileSystem) =>
      Promise.resolve({
        mount: (attributes) =>
          made(() => {
            mountFileSystem(fileSystem, points.directory);
            return finished(points.directory, attributes);
          }),
        [Symbol.dispose]() {},
      }),
  };
}

function mountFileSystem({ type, device, readonly, options }: FileSystem, point: string): void {
  mount(device, point, readonly ? MS_RDONLY : 0, type, options.map(quoted).join(','));
}

/** A value may hold commas, as SELinux labels do. */
function quoted(option: string): string {
  return option.includes(',') ? `${option.replace('=', '="')}"` : option;
}

/** Holds the root of a new mount, with its attributes. */
function finished(point: string, attributes: readonly MountAttribute[]): HeldFile {
  const made = holdFile(AT_FDCWD, point, constants.O_NOFOLLOW);
  try {
    mount('none', made.link, MS_PRIVATE);
    if (attributes.length > 0) addAttributes(made, attributes);
    return made;
  } catch (error) {
    made[Symbol.dispose]();
    throw error;
  }
}

/** A remount replaces all attributes, so those that the source's mount has are named again. */
function addAttributes(made: Descriptor, attributes: readonly MountAttribute[]): void {
  const inherited = attributesOf(made);
  const wanted = [...MOUNT_ATTRIBUTES.filter((name) => inherited.includes(name)), ...attributes];
  // The table has no name for strictatime: it is what is left without the others.
  const atime = wanted.findLast((name) => ATIMES.includes(name)) ?? 'strictatime';
  const flags = [...wanted.filter((name) => !ATIMES.includes(name)), atime]
    .map((name) => FLAGS[name])
    .reduce((all, flag) => all | flag, MS_REMOUNT | MS_BIND);
  try {
    mount('none', made.link, flags);
  } catch (error) {
    throw attributeRefusal(attributes, error);
  }
  // The one flag that older kernels, before 5.10, ignore without a word.
  if (wanted.includes('nosymfollow') && !attributesOf(made).includes('nosymfollow')) {
    throw attributeRefusal(attributes, undefined);
  }
}

function attributesOf(made: Descriptor): readonly string[] {
  return listedMount(mountId(made)).attributes;
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
