import { constants } from 'node:fs';
import { join } from 'node:path';
import { holdFile, type Descriptor, type HeldFile } from './descriptor.js';
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
  mount,
  slowMount,
  umount2,
} from './syscalls.js';
import { workshop } from './workshop.js';

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
 * made in a work directory that no other namespace looks into, and moved away when it is complete. There
 * is one for binds, which are made at once, and one for file systems, which wait for each other.
 * `workDirectory` must exist and belong to this process alone.
 */
export function classicApi(workDirectory: string): MountApi {
  const binding = workshop(join(workDirectory, 'mounting'));
  const opening = workshop(join(workDirectory, 'opening'));

  return {
    statusTellsMounts: false,
    isMountRoot: (parent, entry) => mountId(parent) !== mountId(entry),

    clone(source, attributes) {
      const { directory, file } = binding.points;
      const point = source.status.kind === 'directory' ? directory : file;
      try {
        binding.open();
        mount(source.link, point, MS_BIND);
        return handedOver(finished(point, attributes), () => binding.close());
      } catch (error) {
        binding.close();
        throw error;
      }
    },

    async open(fileSystem) {
      const end = await openingTurn();
      const close = () => {
        try {
          opening.close();
        } finally {
          end();
        }
      };
      const { directory } = opening.points;
      try {
        opening.open();
        await mountFileSystem(fileSystem, directory);
      } catch (error) {
        close();
        throw error;
      }
      return {
        mount: (attributes) => handedOver(finished(directory, attributes), () => undefined),
        [Symbol.dispose]: close,
      };
    },
  };
}

/** The end of the last one in line who opens a file system: nodes of one process share a work directory. */
let lastOpening: Promise<unknown> = Promise.resolve();

/** Waits until nobody opens a file system; call what it resolves with at the end. */
function openingTurn(): Promise<() => void> {
  const before = lastOpening;
  return new Promise((begin) => {
    lastOpening = new Promise<void>((end) => {
      void before.then(() => begin(end));
    });
  });
}

/** A mount in a workshop, to be moved from there. */
function handedOver(mounted: HeldFile, done: () => void): NewMount {
  return {
    identity: mounted.status.identity,
    attach: (target) => mount(mounted.link, target.link, MS_MOVE),
    detach: () => umount2(mounted.link, MNT_DETACH),
    [Symbol.dispose]() {
      mounted[Symbol.dispose]();
      done();
    },
  };
}

/** In a thread: the file system may have to recover. */
function mountFileSystem(fileSystem: FileSystem, point: string): Promise<void> {
  const { type, device, readonly, options } = fileSystem;
  const data = options.map(quoted).join(',');
  return slowMount(device, point, readonly ? MS_RDONLY : 0, type, data);
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
