import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { SyscallError } from '../../src/host/syscall-error.js';
import { statx } from '../../src/host/file-status.js';
import {
  AT_FDCWD,
  close,
  execve,
  mkdirat,
  mount,
  openTree,
  openat,
  O_PATH,
  umount2,
  unlinkat,
} from '../../src/host/syscalls.js';
import { openFiles } from './open-files.js';
import { identityOf } from './scratch.js';

describe('System calls', () => {
  it('fail with the code that the kernel gives, the name of the call and the path', () => {
    const failures: [() => unknown, string, string][] = [
      [() => openat(AT_FDCWD, '/absent', O_PATH), 'openat', 'ENOENT'],
      [() => openat(AT_FDCWD, '/dev/null/x', O_PATH), 'openat', 'ENOTDIR'],
      [() => openat(AT_FDCWD, `/${'x'.repeat(256)}`, O_PATH), 'openat', 'ENAMETOOLONG'],
      [() => openat(AT_FDCWD, `/${'x'.repeat(100_000)}`, O_PATH), 'openat', 'ENAMETOOLONG'],
      [() => mkdirat(AT_FDCWD, '/', 0o755), 'mkdirat', 'EEXIST'],
      [() => unlinkat(AT_FDCWD, '/absent'), 'unlinkat', 'ENOENT'],
      [() => statx(-1), 'statx', 'EBADF'],
      [() => close(-1), 'close', 'EBADF'],
      [() => openTree(-1, 'x', 0), 'open_tree', 'EBADF'],
      [() => execve('/absent', [], []), 'execve', 'ENOENT'],
    ];
    for (const [call, syscall, code] of failures) {
      expect(call).to.throw(SyscallError).that.includes({ code, syscall });
    }
    expect(failures[0]?.[0]).to.throw('openat: ENOENT, no such file or directory: /absent');
  });

  it('do not happen when a text would be cut short by a NUL', () => {
    // Each would do something, were the NUL the end.
    const cut: (() => unknown)[] = [
      () => openat(AT_FDCWD, '/\0', O_PATH),
      () => openTree(AT_FDCWD, '/\0', 0),
      () => mkdirat(AT_FDCWD, '/absent/\0', 0),
      () => unlinkat(AT_FDCWD, '/absent\0'),
      () => mount('/absent\0', '/absent', 0),
      () => mount('/absent', '/absent\0', 0),
      () => umount2('/absent\0', 0),
      () => execve('/absent', ['\0'], []),
      () => execve('/absent', [], ['NAME=\0']),
    ];
    const before = openFiles();
    for (const call of cut) expect(call).to.throw(SyscallError, /EINVAL.*NUL/);
    expect(openFiles()).to.deep.equal(before);
  });

  it('make descriptors that no other program inherits', () => {
    for (const open of [() => openat(AT_FDCWD, '/', O_PATH), () => openTree(AT_FDCWD, '/', 0)]) {
      const descriptor = open();
      const flags = /^flags:\t(\d+)$/m.exec(
        readFileSync(`/proc/self/fdinfo/${descriptor}`, 'utf8'),
      );
      close(descriptor);
      const O_CLOEXEC = 0o2000000;
      expect(Number.parseInt(flags?.[1] ?? '', 8) & O_CLOEXEC).to.equal(O_CLOEXEC);
    }
  });

  it('identify files as node:fs does', () => {
    for (const path of ['/', '/proc', '/dev', '/dev/null', process.execPath]) {
      const descriptor = openat(AT_FDCWD, path, O_PATH);
      expect(statx(descriptor).identity).to.deep.equal(identityOf(path));
      close(descriptor);
    }
  });
});
