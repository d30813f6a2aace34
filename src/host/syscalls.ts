import { constants } from 'node:fs';
import { libc } from './libc.js';
import { SyscallError } from './syscall-error.js';
import { turns } from './turns.js';

/*
 * System calls, in a thread where they return a promise, with the kernel's names for functions and
 * constants. Each throws or rejects with a SyscallError when it fails. Paths must not hold a NUL: it would
 * cut them short unnoticed.
 */

export const AT_FDCWD = -100;
export const AT_EMPTY_PATH = 0x1000;
export const AT_REMOVEDIR = 0x200;

export const O_PATH = 0o10000000;
const O_CLOEXEC = 0o2000000;

export const MS_RDONLY = 1;
export const MS_NOSUID = 2;
export const MS_NODEV = 4;
export const MS_NOEXEC = 8;
export const MS_REMOUNT = 32;
export const MS_NOSYMFOLLOW = 256;
export const MS_NOATIME = 1024;
export const MS_NODIRATIME = 2048;
export const MS_BIND = 4096;
export const MS_MOVE = 8192;
export const MS_PRIVATE = 1 << 18;
export const MS_RELATIME = 1 << 21;
export const MS_STRICTATIME = 1 << 24;

export const MNT_DETACH = 2;
export const UMOUNT_NOFOLLOW = 8;

export const OPEN_TREE_CLONE = 1;
const MOVE_MOUNT_F_EMPTY_PATH = 0x04;
const MOVE_MOUNT_T_EMPTY_PATH = 0x40;

// The same on every architecture, like all system calls since 2019.
const SYS_OPEN_TREE = 428;
const SYS_MOVE_MOUNT = 429;
const SYS_MOUNT_SETATTR = 442;

/** Opens `path`, relative to a directory; the descriptor is not inherited by other programs. */
export function openat(directory: number, path: string, flags: number, mode = 0): number {
  const result = libc().openat(directory, whole('openat', path), flags | O_CLOEXEC, mode);
  return checked(result, 'openat', path);
}

export function close(descriptor: number): void {
  checked(libc().close(descriptor), 'close');
}

/** Lets programs that this process becomes inherit the descriptor. */
export function clearCloseOnExec(descriptor: number): void {
  const F_SETFD = 2;
  checked(libc().fcntl(descriptor, F_SETFD, 0), 'fcntl');
}

export function mkdirat(directory: number, path: string, mode: number): void {
  checked(libc().mkdirat(directory, whole('mkdirat', path), mode), 'mkdirat', path);
}

export function unlinkat(directory: number, path: string, flags = 0): void {
  checked(libc().unlinkat(directory, whole('unlinkat', path), flags), 'unlinkat', path);
}

/** mount(2), for all but file systems that are opened. */
export function mount(source: string, target: string, flags: number): void {
  for (const text of [source, target]) whole('mount', text);
  checked(libc().mount(source, target, null, flags, null), 'mount', target);
}

/** mount(2) of a file system, in a thread; `data`: its own options. */
export function slowMount(
  source: string,
  target: string,
  flags: number,
  type: string,
  data: string,
): Promise<void> {
  for (const text of [source, target, type, data]) whole('mount', text);
  return settled('mount', (done) => libc().slowMount(source, target, type, flags, data, done));
}

export function umount2(target: string, flags: number): void {
  checked(libc().umount2(whole('umount2', target), flags), 'umount2', target);
}

/**
 * The same in a thread: the kernel waits until no processor looks at the mount any more, and writes all
 * that is unwritten when it is the last mount of a file system.
 */
export function slowUmount2(target: string, flags: number): Promise<void> {
  whole('umount2', target);
  return settled('umount2', (done) => libc().slowUmount2(target, flags, done));
}

/** Holds the path. With OPEN_TREE_CLONE: a copy, mounted nowhere, of the mount that `path` lies in, rooted there. */
export function openTree(directory: number, path: string, flags: number): number {
  const every = flags | O_CLOEXEC;
  const result = libc().openTree(SYS_OPEN_TREE, directory, whole('open_tree', path), every);
  return checked(result, 'open_tree', path);
}

/** Attaches the mount that one descriptor holds to what another holds. */
export function moveMount(mountDescriptor: number, target: number): void {
  const flags = MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH;
  const result = libc().moveMount(SYS_MOVE_MOUNT, mountDescriptor, '', target, '', flags);
  checked(result, 'move_mount');
}

/** The fields of struct mount_attr. */
export interface MountAttr {
  readonly set: number;
  readonly clear: number;
  readonly propagation: number;
}

/** Changes the attributes of the mount that the descriptor holds, all at once. */
export function mountSetattr(descriptor: number, attr: MountAttr): void {
  const { set, clear, propagation } = attr;
  const words = BigUint64Array.from([set, clear, propagation, 0], BigInt);
  setattr(descriptor, words, words.byteLength);
}

/** Whether the kernel has mount_setattr(2) and lets this process, whatever its rights, reach it. */
export function hasMountSetattr(): boolean {
  try {
    // A size that no version of the structure has is looked at before rights and descriptor.
    setattr(-1, new BigUint64Array(1), 0);
  } catch (error) {
    return error instanceof SyscallError && error.code === 'EINVAL';
  }
  return true;
}

/** ioctl(2) with a structure, which the kernel may fill, or a number; `name` is for messages. */
export function ioctl(
  descriptor: number,
  name: string,
  request: number,
  argument: Buffer | number = 0,
): number {
  const result =
    typeof argument === 'number'
      ? libc().ioctl(descriptor, request, argument)
      : libc().ioctlBuffer(descriptor, request, argument);
  return checked(result, name);
}

/** ioctl(2) with a number, in a thread: for requests that take long. */
export function slowIoctl(
  descriptor: number,
  name: string,
  request: number,
  argument: number,
): Promise<void> {
  return settled(name, (done) => libc().slowIoctl(descriptor, request, argument, done));
}

/** Flushes all that is unwritten of the file system that a descriptor lies in, in a thread. */
export function syncfs(descriptor: number): Promise<void> {
  return settled('syncfs', (done) => libc().syncfs(descriptor, done));
}

const SEEK_DATA = 3;
const SEEK_HOLE = 4;

/** The first byte from `offset` on that is in no hole; undefined when there is none. */
export function seekData(descriptor: number, offset: number): number | undefined {
  const result = libc().lseek(descriptor, offset, SEEK_DATA);
  if (result !== -1) return result;
  const error = SyscallError.fromErrno(libc().errno(), 'lseek', '');
  if (error.code === 'ENXIO') return undefined;
  throw error;
}

/** The first byte from `offset` on that is in a hole; the end of the file counts as one. */
export function seekHole(descriptor: number, offset: number): number {
  return checked(libc().lseek(descriptor, offset, SEEK_HOLE), 'lseek');
}

/** Makes a block device's node, for its owner alone. */
export function mknodBlock(path: string, device: bigint): void {
  checked(libc().mknod(whole('mknod', path), constants.S_IFBLK | 0o600, device), 'mknod', path);
}

/** Replaces this program; returns only by throwing. */
export function execve(
  file: string,
  argv: readonly string[],
  environment: readonly string[],
): never {
  for (const text of [file, ...argv, ...environment]) whole('execve', text);
  libc().execve(file, [...argv, null], [...environment, null]);
  throw SyscallError.fromErrno(libc().errno(), 'execve', file);
}

function setattr(descriptor: number, words: BigUint64Array, size: number): void {
  const result = libc().mountSetattr(SYS_MOUNT_SETATTR, descriptor, '', AT_EMPTY_PATH, words, size);
  checked(result, 'mount_setattr');
}

/** The text itself; throws EINVAL where the kernel would see only a part of it. */
export function whole(syscall: string, text: string): string {
  if (text.includes('\0')) throw new SyscallError('EINVAL', syscall, 'a path must not hold a NUL');
  return text;
}

/** The result of a call of libc; throws what `errno` says when it failed. */
export function checked(result: number, syscall: string, path = ''): number {
  if (result === -1) throw SyscallError.fromErrno(libc().errno(), syscall, path);
  return result;
}

function settled(syscall: string, begin: (done: (errno: number) => void) => void): Promise<void> {
  return inThread(begin, (errno) => SyscallError.fromErrno(errno, syscall, ''));
}

/** How many calls are in threads, or wait for one: beyond a few hundred the library refuses them. */
const inThreads = turns(64);

/** Waits for a call in a thread; rejects with the `failure` that `errno` stands for. */
export function inThread(
  begin: (done: (errno: number) => void) => void,
  failure: (errno: number) => Error,
): Promise<void> {
  return inThreads.take(
    () =>
      new Promise((resolve, reject) => {
        begin((errno) => {
          if (errno === 0) resolve();
          else reject(failure(errno));
        });
      }),
  );
}
