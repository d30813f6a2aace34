import { readFileSync } from 'node:fs';

/** The memory of a process, in bytes. */
export interface ProcessMemory {
  /** Now. */
  readonly resident: number;
  /** The most that it ever was. */
  readonly peak: number;
}

/** As the kernel tells it; throws when there is no such process. */
export function processMemory(pid: number): ProcessMemory {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const bytes = (name: string): number =>
    Number(new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(status)?.[1]) * 1024;
  return { resident: bytes('VmRSS'), peak: bytes('VmHWM') };
}
