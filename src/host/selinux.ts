import { existsSync } from 'node:fs';

/** Whether the kernel has SELinux and did not leave it out at boot. */
export function hasSelinux(): boolean {
  return existsSync('/sys/fs/selinux');
}
