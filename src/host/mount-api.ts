import type { Descriptor, HeldFile } from './descriptor.js';
import type { FileIdentity } from './file-identity.js';
import type { MountAttribute } from '../model/mount-flags.js';
import { MountRefusal } from './mount-refusal.js';

/** One of the kernel's ways to make mounts. */
export interface MountApi {
  /** Whether `entry`, found under a name in `parent`, is the root of a mount. */
  isMountRoot(parent: Descriptor, entry: HeldFile): boolean;
  /** Whether the status of a file says as much by itself, without its parent. */
  readonly statusTellsMounts: boolean;
  /**
   * A new mount of what `source` holds, in no peer group and seen by nobody else yet, with
   * `attributes` added to those of the source's own mount. Throws a SyscallError, or a MountRefusal
   * (`not-permitted`) when the mount cannot have the attributes.
   */
  clone(source: HeldFile, attributes: readonly MountAttribute[]): NewMount;
  /** Opens a file system, which may take long: it may have to recover. Rejects with a SyscallError. */
  open(fileSystem: FileSystem): Promise<OpenFileSystem>;
}

/** A file system that is open and mounted nowhere yet. */
export interface OpenFileSystem extends Disposable {
  /** As `clone`. */
  mount(attributes: readonly MountAttribute[]): NewMount;
}

/** A file system on a block device. */
export interface FileSystem {
  /** The kernel's name for it: `ext4`, `xfs`. */
  readonly type: string;
  /** Absolute path of the device's node. */
  readonly device: string;
  /** Whether nothing may be written to it through any mount. */
  readonly readonly: boolean;
  /** Its own options: a name, or a name and a value with `=` in between. */
  readonly options: readonly string[];
}

/** A new mount while its maker holds it. Disposing of it unmounts it unless it was attached. */
export interface NewMount extends Disposable {
  /** Of what it shows. */
  readonly identity: FileIdentity;
  /** Lets the mount appear, complete, on exactly what `target` holds. Throws a SyscallError. */
  attach(target: Descriptor): void;
  /** Takes the attached mount away again, wherever it is by now. */
  detach(): void;
}

/** For the two reasons why attributes cannot be set on a mount that could be made. */
export function attributeRefusal(
  attributes: readonly MountAttribute[],
  cause: unknown,
): MountRefusal {
  const names = attributes.join(', ');
  return new MountRefusal(
    'not-permitted',
    `the kernel does not set ${names} on this mount: an attribute is unknown to it, ` +
      'or locked because the mount comes from another user namespace',
    { cause },
  );
}
