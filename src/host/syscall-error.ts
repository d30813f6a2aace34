import { getSystemErrorMap } from 'node:util';

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
    const [code, text] = getSystemErrorMap().get(-errno) ?? [`E${errno}`, 'unknown error'];
    return new SyscallError(code, syscall, path === '' ? text : `${text}: ${path}`);
  }
}
