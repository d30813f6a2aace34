import { dirname, isAbsolute } from 'node:path/posix';
import { classicApi } from './classic-api.js';
import type { HeldFile } from './descriptor.js';
import { errorCode } from './errno.js';
import type { FileStatus } from './file-status.js';
import { refusing } from './kernel-refusal.js';
import { keptDirectories, realPathOf, type KeptDirectories } from './kept-directories.js';
import { requireLinux } from './linux.js';
import type { MountApi, NewMount } from './mount-api.js';
import { listedMount, mountId } from './mount-table.js';
import { sameFile, type FileIdentity } from './file-identity.js';
import { MountRefusal } from './mount-refusal.js';
import type { BindRequest, Mounter, Presence } from './mounter.js';
import {
  blockDeviceAt,
  endsInName,
  entryStatus,
  holdEntry,
  holdPlace,
  type Place,
} from './place.js';
import { UMOUNT_NOFOLLOW, slowUmount2, umount2 } from './syscalls.js';
import { makeTarget, removeTarget, requireEmpty, requireKind, targetKind } from './target.js';
import { hasTreeApi, treeApi } from './tree-api.js';

export interface BindMounterOptions {
  /** An existing directory that belongs to this process alone; the classic calls work in it. */
  readonly workDirectory: string;
  /** Where nothing is mounted, nor removed after an unmount. */
  readonly privateDirectories?: readonly string[];
  /** Which calls to mount with: those of Linux 5.12 (`tree`) or the older ones (`classic`). */
  readonly api?: 'auto' | 'tree' | 'classic';
}

/** Mounts by the kernel's calls; `auto`, the default, means the newest that work here. */
export function bindMounter({
  workDirectory,
  privateDirectories = [],
  api = 'auto',
}: BindMounterOptions): Mounter {
  requireLinux();
  const tree = api === 'tree' || (api === 'auto' && hasTreeApi());
  return mounterOver(tree ? treeApi : classicApi(workDirectory), privateDirectories);
}

/** A mounter that makes its mounts by `api`; see BindMounterOptions. */
export function mounterOver(api: MountApi, privateDirectories: readonly string[] = []): Mounter {
  const kept = keptDirectories(privateDirectories);
  const look: Mounter['look'] = (path) => {
    if (api.statusTellsMounts && isAbsolute(path) && endsInName(path)) {
      return presenceIn(entryStatus(path));
    }
    using place = holdPlace(path);
    return place === undefined ? { kind: 'absent' } : presence(api, place);
  };
  const shows: Mounter['shows'] = (path, identity) => {
    const found = look(path);
    return found.kind !== 'absent' && found.mounted && sameFile(found.identity, identity);
  };
  return {
    look,
    shows,
    deviceAt: blockDeviceAt,
    bind(request) {
      refusing(request.target, () => bind(api, kept, request, shows));
    },
    async open({ fileSystem, target, createTarget, attributes }) {
      using opened = await api.open(fileSystem);
      refusing(target, () => {
        const place = { target, createTarget };
        mountAt(api, kept, place, 'directory', shows, () => opened.mount(attributes));
      });
    },
    unbind(target, identity) {
      return refusing(target, () => unbind(api, target, identity));
    },
    async close(target) {
      using place = holdPlace(target);
      if (place === undefined || !isMounted(presence(api, place))) return false;
      let failure: unknown;
      await slowUmount2(linkOf(place), UMOUNT_NOFOLLOW).catch((error: unknown) => {
        failure = error;
      });
      return refusing(
        target,
        () => failure === undefined || requireGone(api, place, target, failure),
      );
    },
    removeTarget(target) {
      refusing(target, () => {
        using place = holdPlace(target);
        if (place === undefined) return;
        kept.requireOutside(place, target);
        using entry = holdEntry(place);
        if (entry === undefined) return;
        requireNoMount(api, place, entry, target);
        removeTarget(place, entry, target);
      });
    },
    rootOf(path) {
      using place = holdPlace(path);
      using entry = place && holdEntry(place);
      if (place === undefined || entry === undefined) return undefined;
      if (!isMountedAt(api, place, entry)) return undefined;
      return { device: entry.status.identity.device, root: listedMount(mountId(entry)).root };
    },
    realPath(path) {
      using place = holdPlace(path);
      return place && realPathOf(place);
    },
  };
}

function presence(api: MountApi, place: Place): Presence {
  using entry = holdEntry(place);
  if (entry === undefined) return { kind: 'absent' };
  return presenceOf(entry.status, isMountedAt(api, place, entry));
}

function presenceIn(status: FileStatus | undefined): Presence {
  return status === undefined ? { kind: 'absent' } : presenceOf(status, status.mountRoot);
}

function presenceOf({ kind, identity, blockDevice }: FileStatus, mounted: boolean): Presence {
  const found = { kind, mounted, identity };
  return blockDevice === undefined ? found : { ...found, blockDevice };
}

/**
 * Whether the entry is a mount under a name. A path that ends in no name is never one: what `.`, `..`
 * and the root directory lead to is mounted elsewhere, and umount2(2) of the root directory of a
 * process makes its whole file system read-only.
 */
function isMountedAt(api: MountApi, { parent, name }: Place, entry: HeldFile): boolean {
  return name !== '.' && name !== '..' && api.isMountRoot(parent, entry);
}

function bind(
  api: MountApi,
  kept: KeptDirectories,
  request: BindRequest,
  shows: Mounter['shows'],
): void {
  using source = holdSource(request);
  mountAt(api, kept, request, targetKind(source.status.kind), shows, () =>
    api.clone(source, request.attributes),
  );
}

/** Lets the mount that `make` makes appear at a target. */
function mountAt(
  api: MountApi,
  kept: KeptDirectories,
  { target, createTarget }: Pick<BindRequest, 'target' | 'createTarget'>,
  kind: 'directory' | 'file',
  shows: Mounter['shows'],
  make: () => NewMount,
): void {
  using place = holdPlace(target);
  if (place === undefined) {
    throw new MountRefusal('no-parent', `${dirname(target)} does not exist or is no directory`);
  }
  kept.requireOutside(place, target);
  const made = createTarget && makeTarget(place, kind);
  using entry = holdEntry(place);
  if (entry === undefined) throw new MountRefusal('no-target', `${target} does not exist`);
  try {
    requireNoMount(api, place, entry, target);
    requireKind(entry, [kind], target);
    if (!made) requireEmpty(entry, target);
    using mount = make();
    // What was checked is what is mounted on: the kernel goes by the descriptor, so a symlink or a
    // directory that takes the target's place from here on is never touched. If one did, or if a
    // parent was swapped, the mount is in the wrong place, and only the path can tell.
    mount.attach(entry);
    try {
      if (!shows(target, mount.identity)) {
        throw new MountRefusal('no-target', `${target} was replaced while it was mounted on`);
      }
    } catch (error) {
      attempt(() => mount.detach());
      throw error;
    }
  } catch (error) {
    if (made) attempt(() => removeTarget(place, entry, target));
    throw error;
  }
}

function holdSource({ source, identity }: BindRequest): HeldFile {
  using place = holdPlace(source);
  const held = place && holdEntry(place);
  if (held === undefined) throw new MountRefusal('source-changed', `${source} does not exist`);
  // A mount of a symlink is nothing that anyone asks for, even with the symlink's own identity.
  const isIt = identity === undefined || sameFile(held.status.identity, identity);
  if (held.status.kind !== 'symlink' && isIt) return held;
  held[Symbol.dispose]();
  throw new MountRefusal('source-changed', `${source} is another file than the one to be shown`);
}

function unbind(api: MountApi, target: string, identity: FileIdentity | undefined): boolean {
  using place = holdPlace(target);
  const found = place && presence(api, place);
  if (place === undefined || found === undefined || !isMounted(found)) return false;
  if (identity !== undefined && !sameFile(found.identity, identity)) {
    throw new MountRefusal('foreign-mount', `${target} is a mount of something else`);
  }
  try {
    umount2(linkOf(place), UMOUNT_NOFOLLOW);
    return true;
  } catch (error) {
    return requireGone(api, place, target, error);
  }
}

/** A path that leads to the place whatever its own path leads to by now. */
function linkOf({ parent, name }: Place): string {
  return `${parent.link}/${name}`;
}

/** After an unmount that failed: false when nothing is mounted there; throws otherwise. */
function requireGone(api: MountApi, place: Place, target: string, cause: unknown): false {
  if (!['EINVAL', 'ENOENT'].includes(errorCode(cause) ?? '')) throw cause;
  if (!isMounted(presence(api, place))) return false;
  const message = `${target} is a mount that belongs to another namespace and is locked in this one`;
  throw new MountRefusal('not-permitted', message, { cause });
}

function isMounted(found: Presence): found is Exclude<Presence, { kind: 'absent' }> {
  return found.kind !== 'absent' && found.mounted;
}

function requireNoMount(api: MountApi, place: Place, entry: HeldFile, path: string): void {
  if (isMountedAt(api, place, entry)) {
    throw new MountRefusal('foreign-mount', `${path} is a mount point already`);
  }
}

/** For clearing up after an error, which matters more than one of its own. */
function attempt(undo: () => void): void {
  try {
    undo();
  } catch {
    // What is left is empty, and the next call takes it over.
  }
}
