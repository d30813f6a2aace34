import { readdirSync, readlinkSync } from 'node:fs';

/**
 * What this process has open, sorted, but for what its connections, threads and timers hold: those of
 * earlier tests may go at any moment.
 */
export function openFiles(): string[] {
  return readdirSync('/proc/self/fd').flatMap(linkOf).toSorted();
}

function linkOf(descriptor: string): string[] {
  try {
    const link = readlinkSync(`/proc/self/fd/${descriptor}`);
    return /^(?:socket:|pipe:|anon_inode:\[(?:event|io_uring|timerfd|pidfd))/.test(link)
      ? []
      : [link];
  } catch {
    return []; // the one that the directory was read by
  }
}
