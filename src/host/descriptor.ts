import { close as closeAside } from 'node:fs';
import { statusOf } from './failing-file.js';
import type { FileStatus } from './file-status.js';
import { close, openat, O_PATH } from './syscalls.js';

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

/**
 * Closes a descriptor soon, on another thread. To close the last one of a removed file frees the file's
 * room, which may wait for the disk.
 */
export function closeLater({ number }: Descriptor): void {
  setImmediate(() => {
    closeAside(number, () => undefined);
  });
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
    return { ...descriptor, status: statusOf(descriptor) };
  } catch (error) {
    descriptor[Symbol.dispose]();
    throw error;
  }
}
