import { MountRefusal } from './mount-refusal.js';
import { SyscallError } from './syscall-error.js';

/** What the kernel's refusals mean for a target, where they do not mean that nothing is there. */
const REASONS: ReadonlyMap<string, MountRefusal['reason']> = new Map([
  ['EACCES', 'not-permitted'],
  ['EPERM', 'not-permitted'],
  ['EROFS', 'not-permitted'],
  ['EBUSY', 'busy'],
  ['ENAMETOOLONG', 'no-target'],
  ['ENOENT', 'no-target'],
  ['ENOTEMPTY', 'not-empty'],
] satisfies [string, MountRefusal['reason']][]);

/** Runs `act` and throws the kernel's refusals as MountRefusals. */
export function refusing<Result>(target: string, act: () => Result): Result {
  try {
    return act();
  } catch (error) {
    if (!(error instanceof SyscallError)) throw error;
    const reason = REASONS.get(error.code);
    if (reason === undefined) throw error;
    throw new MountRefusal(reason, `${target}: ${error.message}`, { cause: error });
  }
}
