import { readFileSync } from 'node:fs';
import { requireLinux } from './linux.js';

/** Identifies the current boot of this machine: mounts do not outlive it. */
export function bootId(): string {
  requireLinux();
  return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
}
