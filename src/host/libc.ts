import { createRequire } from 'node:module';
import type * as Koffi from 'koffi';
import { requireLinux } from './linux.js';

/** The functions of the C library that Node.js does not offer. A result of -1 is an error. */
export interface Libc {
  openat(directory: number, path: string, flags: number, mode: number): number;
  close(descriptor: number): number;
  fcntl(descriptor: number, command: number, argument: number): number;
  mkdirat(directory: number, path: string, mode: number): number;
  unlinkat(directory: number, path: string, flags: number): number;
  statx(directory: number, path: string, flags: number, mask: number, result: Buffer): number;
  mount(
    source: string,
    target: string,
    type: string | null,
    flags: number,
    data: string | null,
  ): number;
  umount2(target: string, flags: number): number;
  openTree(number: number, directory: number, path: string, flags: number): number;
  moveMount(
    number: number,
    fromDirectory: number,
    fromPath: string,
    toDirectory: number,
    toPath: string,
    flags: number,
  ): number;
  mountSetattr(
    number: number,
    directory: number,
    path: string,
    flags: number,
    attributes: BigUint64Array,
    size: number,
  ): number;
  fsopen(number: number, type: string, flags: number): number;
  fsconfig(
    number: number,
    context: number,
    command: number,
    key: string | null,
    value: string | null,
    aux: number,
  ): number;
  fsmount(number: number, context: number, flags: number, attributes: number): number;
  ioctl(descriptor: number, request: number, argument: number): number;
  ioctlBuffer(descriptor: number, request: number, argument: Buffer): number;
  mknod(path: string, mode: number, device: bigint): number;
  getxattr(path: string, name: string, value: null, size: 0): number;
  setxattr(path: string, name: string, value: Buffer, size: number, flags: number): number;
  lseek(descriptor: number, offset: number, whence: number): number;
  /** These take long, so they run in a thread; `done` is told the reason of an error, or 0. */
  syncfs(descriptor: number, done: (errno: number) => void): void;
  slowIoctl(
    descriptor: number,
    request: number,
    argument: number,
    done: (errno: number) => void,
  ): void;
  slowMount(
    source: string,
    target: string,
    type: string,
    flags: number,
    data: string,
    done: (errno: number) => void,
  ): void;
  slowUmount2(target: string, flags: number, done: (errno: number) => void): void;
  slowFsconfig(
    number: number,
    context: number,
    command: number,
    done: (errno: number) => void,
  ): void;
  execve(file: string, argv: (string | null)[], environment: (string | null)[]): number;
  /** Ends the process at once, with all its threads and nothing cleaned up. */
  exitNow(code: number): void;
  /** The reason of the last error; any call in between may change it. */
  errno(): number;
}

let loaded: Libc | undefined;

/** The C library that this process runs on, glibc or musl. */
export function libc(): Libc {
  return (loaded ??= load());
}

function load(): Libc {
  requireLinux();
  // At the first call, not at import: the package has no binary for some systems and throws there.
  const koffi: typeof Koffi = createRequire(import.meta.url)('koffi');
  // Without a name: what the process has loaded already, so that no library's file name matters.
  const library = koffi.load(null);
  const syncfs = library.func('int syncfs(int)');
  const ioctl = library.func('int ioctl(int, unsigned long, long)');
  const told = (done: (errno: number) => void) => (failure: unknown, result: number) =>
    done(failure === null && result !== -1 ? 0 : koffi.errno());
  const mount = library.func(
    'int mount(const char *, const char *, const char *, unsigned long, const void *)',
  );
  const umount2 = library.func('int umount2(const char *, int)');
  const fsconfig = library.func('long syscall(long, long, long, const char *, const char *, long)');
  return {
    openat: library.func('int openat(int, const char *, int, unsigned int)'),
    close: library.func('int close(int)'),
    fcntl: library.func('int fcntl(int, int, long)'),
    mkdirat: library.func('int mkdirat(int, const char *, unsigned int)'),
    unlinkat: library.func('int unlinkat(int, const char *, int)'),
    statx: library.func('int statx(int, const char *, int, unsigned int, void *)'),
    mount,
    umount2,
    // musl has no wrappers for these, glibc has them only from 2.36 on. All integers are long: that
    // is how syscall(2) reads its arguments.
    openTree: library.func('long syscall(long, long, const char *, long)'),
    moveMount: library.func('long syscall(long, long, const char *, long, const char *, long)'),
    mountSetattr: library.func('long syscall(long, long, const char *, long, const void *, long)'),
    fsopen: library.func('long syscall(long, const char *, long)'),
    fsconfig,
    fsmount: library.func('long syscall(long, long, long, long)'),
    // Two ways to call one function: its last argument is a number or a structure.
    ioctl,
    ioctlBuffer: library.func('int ioctl(int, unsigned long, void *)'),
    mknod: library.func('int mknod(const char *, unsigned int, uint64_t)'),
    getxattr: library.func('long getxattr(const char *, const char *, void *, size_t)'),
    setxattr: library.func('int setxattr(const char *, const char *, const void *, size_t, int)'),
    lseek: library.func('long lseek(int, long, int)'),
    syncfs: (descriptor, done) => syncfs.async(descriptor, told(done)),
    slowIoctl: (descriptor, request, argument, done) =>
      ioctl.async(descriptor, request, argument, told(done)),
    slowMount: (source, target, type, flags, data, done) =>
      mount.async(source, target, type, flags, data, told(done)),
    slowUmount2: (target, flags, done) => umount2.async(target, flags, told(done)),
    slowFsconfig: (number, context, command, done) =>
      fsconfig.async(number, context, command, null, null, 0, told(done)),
    execve: library.func('int execve(const char *, const char **, const char **)'),
    exitNow: library.func('void _exit(int)'),
    errno: () => koffi.errno(),
  };
}
