import { close, openat, statx, O_PATH, type FileStatus } from './syscalls.js';

/** An open file descriptor; closed at the end of its `using` block. */
export interface Descriptor extends Disposable {
  readonly number: number;
  /** A path that leads to exactly what is held, whatever its own path leads to by now. */
  readonly link: string;
}

export function hold(number: number): Descriptor {
  return {
    number,
    link: `/proc/self/fd/${number}`,
    [Symbol.dispose]: () => close(number),
  };
}

/** A file of any kind that is held without being open for reading or writing. */
export interface HeldFile extends Descriptor {
  /** As it was when the descriptor was made. */
  readonly status: FileStatus;
}

/** Holds what stands at a path relative to a directory; throws a SyscallError. */
export function holdFile(directory: number, path: string, flags: number): HeldFile {
  const descriptor = hold(openat(directory, path, O_PATH | flags));
  try {
    return { ...descriptor, status: statx(descriptor.number) };
  } catch (error) {
    descriptor[Symbol.dispose]();
    throw error;
  }
}
