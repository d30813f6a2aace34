import { hold, type Descriptor } from './descriptor.js';
import { errorCode } from './errno.js';
import { statx } from './file-status.js';
import { fsconfigCreate, fsconfigSet, fsmount, fsopen } from './file-system-calls.js';
import { attributeRefusal, type FileSystem, type MountApi, type NewMount } from './mount-api.js';
import type { FileIdentity } from './file-identity.js';
import type { MountAttribute } from '../model/mount-flags.js';
import {
  AT_EMPTY_PATH,
  AT_FDCWD,
  MNT_DETACH,
  MS_PRIVATE,
  OPEN_TREE_CLONE,
  close,
  hasMountSetattr,
  mountSetattr,
  moveMount,
  openTree,
  umount2,
  type MountAttr,
} from './syscalls.js';

/** The access time is a field of three bits, not a flag: it is cleared as a whole, then set. */
const MOUNT_ATTR__ATIME = 0x70;

const BITS: Readonly<Record<MountAttribute, { readonly set: number; readonly clear: number }>> = {
  ro: { set: 0x1, clear: 0 },
  nosuid: { set: 0x2, clear: 0 },
  nodev: { set: 0x4, clear: 0 },
  noexec: { set: 0x8, clear: 0 },
  relatime: { set: 0, clear: MOUNT_ATTR__ATIME },
  noatime: { set: 0x10, clear: MOUNT_ATTR__ATIME },
  strictatime: { set: 0x20, clear: MOUNT_ATTR__ATIME },
  nodiratime: { set: 0x80, clear: 0 },
  nosymfollow: { set: 0x200000, clear: 0 },
};

/** Mounts as trees that are finished before they are attached: Linux 5.12 or newer. */
export const treeApi: MountApi = {
  isMountRoot: (_parent, entry) => entry.status.mountRoot,
  statusTellsMounts: true,

  clone(source, attributes) {
    const tree = hold(openTree(source.number, '', AT_EMPTY_PATH | OPEN_TREE_CLONE));
    return finished(tree, source.status.identity, attributes);
  },

  async open(fileSystem) {
    const context = hold(fsopen(fileSystem.type));
    try {
      for (const [key, value] of settings(fileSystem)) fsconfigSet(context.number, key, value);
      await fsconfigCreate(context.number);
    } catch (error) {
      context[Symbol.dispose]();
      throw error;
    }
    return {
      mount(attributes) {
        const tree = hold(fsmount(context.number));
        return finished(tree, statx(tree.number).identity, attributes);
      },
      [Symbol.dispose]: () => context[Symbol.dispose](),
    };
  },
};

function settings({ device, readonly, options }: FileSystem): [string, string | null][] {
  return [
    ['source', device],
    ...(readonly ? [['ro', null] satisfies [string, null]] : []),
    ...options.map((option): [string, string | null] => {
      const [key = '', ...value] = option.split('=');
      return [key, value.length === 0 ? null : value.join('=')];
    }),
  ];
}

/** The mount that `tree` holds, with its attributes. */
function finished(
  tree: Descriptor,
  identity: FileIdentity,
  attributes: readonly MountAttribute[],
): NewMount {
  try {
    mountSetattr(tree.number, mountAttr(attributes));
  } catch (error) {
    tree[Symbol.dispose]();
    throw attributeRefusal(attributes, error);
  }
  return {
    identity,
    attach: (target) => moveMount(tree.number, target.number),
    // The descriptor holds the mount itself, so the link leads there without a path.
    detach: () => umount2(tree.link, MNT_DETACH),
    [Symbol.dispose]: () => tree[Symbol.dispose](),
  };
}

/** Whether the kernel has these calls and no filter of system calls hides them; needs no rights. */
export function hasTreeApi(): boolean {
  try {
    close(openTree(AT_FDCWD, '/', 0));
  } catch (error) {
    // Without OPEN_TREE_CLONE everyone may call it, so that EPERM is a filter's answer, not the
    // kernel's. move_mount is as old as open_tree; mount_setattr is the youngest.
    if (['ENOSYS', 'EPERM'].includes(errorCode(error) ?? '')) return false;
    throw error;
  }
  return hasMountSetattr();
}

function mountAttr(attributes: readonly MountAttribute[]): MountAttr {
  let [set, clear] = [0, 0];
  for (const attribute of attributes) {
    const bits = BITS[attribute];
    set = (set & ~bits.clear) | bits.set;
    clear |= bits.clear;
  }
  // Private before anyone sees it: a clone starts as a peer of the mount that it was made of.
  return { set, clear, propagation: MS_PRIVATE };
}
