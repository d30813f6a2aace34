import { readSync } from 'node:fs';
import { libc } from './libc.js';
import { SyscallError } from './syscall-error.js';
import { checked, inThread, whole } from './syscalls.js';

/*
 * The calls that mount a file system step by step (Linux 5.2): open a context, give it options, have
 * the file system opened, get a mount of it. Each throws or rejects with a SyscallError.
 */

// The same on every architecture.
const SYS_FSOPEN = 430;
const SYS_FSCONFIG = 431;
const SYS_FSMOUNT = 432;

const CLOEXEC = 1;
const FSCONFIG_SET_FLAG = 0;
const FSCONFIG_SET_STRING = 1;
const FSCONFIG_CMD_CREATE = 6;

/** A new context for a type of file system: a descriptor. */
export function fsopen(type: string): number {
  return checked(libc().fsopen(SYS_FSOPEN, whole('fsopen', type), CLOEXEC), 'fsopen', type);
}

/** Gives a context an option; without a value it is a flag. */
export function fsconfigSet(context: number, key: string, value: string | null): void {
  const command = value === null ? FSCONFIG_SET_FLAG : FSCONFIG_SET_STRING;
  for (const text of [key, value ?? '']) whole('fsconfig', text);
  const result = libc().fsconfig(SYS_FSCONFIG, context, command, key, value, 0);
  if (result === -1) throw explained(context, libc().errno(), key);
}

/** Opens the file system, which may have to repair itself first: in a thread. */
export function fsconfigCreate(context: number): Promise<void> {
  return inThread(
    (done) => libc().slowFsconfig(SYS_FSCONFIG, context, FSCONFIG_CMD_CREATE, done),
    (errno) => explained(context, errno, ''),
  );
}

/** A mount of the file system that a context has opened, attached nowhere: a descriptor of its root. */
export function fsmount(context: number): number {
  return checked(libc().fsmount(SYS_FSMOUNT, context, CLOEXEC, 0), 'fsmount');
}

/** The kernel explains some failures in lines of text, which are read from the context. */
function explained(context: number, errno: number, key: string): SyscallError {
  const said: string[] = [];
  const buffer = Buffer.alloc(1024);
  try {
    for (;;) {
      const line = buffer.subarray(0, readSync(context, buffer)).toString().trim();
      said.push(line.replace(/^[ewi] /, ''));
    }
  } catch {
    // ENODATA: that was all.
  }
  return SyscallError.fromErrno(errno, 'fsconfig', [key, ...said].filter(Boolean).join('; '));
}
