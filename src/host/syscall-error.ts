import { getSystemErrorMap } from 'node:util';

/** Asking for it again would make it again: for each path that is found absent, say. */
const ERRORS = getSystemErrorMap();

/** A system call that failed. `code` is the name of its errno, as in errors of node:fs: `ENOENT`, ... */
export class SyscallError extends Error {
  override readonly name = 'SyscallError';

  constructor(
    readonly code: string,
    readonly syscall: string,
    message: string,
  ) {
    super(`${syscall}: ${code}, ${message}`);
  }

  static fromErrno(errno: number, syscall: string, path: string): SyscallError {
    const [code, text] = ERRORS.get(-errno) ?? [`E${errno}`, 'unknown error'];
    return new SyscallError(code, syscall, path === '' ? text : `${text}: ${path}`);
  }
}
