import type { FileIdentity } from './file-identity.js';
import type { MountAttribute } from '../model/mount-flags.js';
import type { FileSystem } from './mount-api.js';

/** What stands at a path itself: its last component is never followed. */
export type Presence =
  | { readonly kind: 'absent' }
  | {
      /** A bind mount of a block device is of kind `other` and mounted. */
      readonly kind: 'directory' | 'file' | 'symlink' | 'other';
      /** Whether the path is the root of a mount. */
      readonly mounted: boolean;
      readonly identity: FileIdentity;
      /** For the node of a block device: the device's number, as stat(2) gives `rdev`. */
      readonly blockDevice?: bigint;
    };

export interface BindRequest {
  /** Absolute path of the directory or file to show; not followed when it is a symlink. */
  readonly source: string;
  /** What `source` must turn out to be, or the bind is refused; undefined: whatever is no symlink. */
  readonly identity: FileIdentity | undefined;
  /** Absolute path to show it at; its parent must exist. */
  readonly target: string;
  /** Whether an absent target is made (and unmade when the bind fails). */
  readonly createTarget: boolean;
  readonly attributes: readonly MountAttribute[];
}

export interface OpenRequest {
  readonly fileSystem: FileSystem;
  /** Absolute path of the directory to mount it on; its parent must exist. */
  readonly target: string;
  /** Whether an absent target is made (and unmade when the mount fails). */
  readonly createTarget: boolean;
  readonly attributes: readonly MountAttribute[];
}

/**
 * Mounts by system call. Every check and the mount itself go through held descriptors, so that a
 * path that is swapped meanwhile cannot lead elsewhere. The calls that are synchronous take microseconds,
 * but for `unbind`, which may wait for a processor.
 */
export interface Mounter {
  /** What stands at `path` now. Absent, too, when a parent is. */
  look(path: string): Presence;
  /** The block device whose node a path leads to, symlinks followed; its number, as stat(2) gives `rdev`. */
  deviceAt(path: string): bigint | undefined;
  /** Whether `path` is the root of a mount of exactly this directory or file. */
  shows(path: string, identity: FileIdentity): boolean;
  /**
   * Shows `source` at `target` with all attributes set before the mount appears in any namespace.
   * Takes over an absent target, an empty directory or an empty regular file of the source's kind.
   * Throws a MountRefusal, with nothing changed, for anything else.
   */
  bind(request: BindRequest): void;
  /**
   * Shows a file system at `target`, as `bind` shows a directory. It may take long: a file system that
   * was not unmounted recovers first. Rejects with a SyscallError when it cannot be opened.
   */
  open(request: OpenRequest): Promise<void>;
  /**
   * Removes the topmost mount at `target` if it shows `identity`; without one, whatever mount is
   * there. False when nothing is mounted there. Throws a MountRefusal for a mount of something else
   * (`foreign-mount`) and for one that is in use (`busy`).
   */
  unbind(target: string, identity?: FileIdentity): boolean;
  /** As `unbind`, of whatever mount is there, in a thread: an unmount takes long when there is much to write. */
  close(target: string): Promise<boolean>;
  /** Removes an empty directory or an empty regular file; nothing there is fine. */
  removeTarget(target: string): void;
  /**
   * The path of the topmost mount's root within its file system, as the kernel lists it, and the
   * device; undefined when `path` is no mount point. Slow: reads the mount table.
   */
  rootOf(path: string): { readonly device: bigint; readonly root: string } | undefined;
  /**
   * The one name of the place that `path` leads to: without symlinks on the way, the last component as
   * it is. Undefined when a parent is missing.
   */
  realPath(path: string): string | undefined;
}
