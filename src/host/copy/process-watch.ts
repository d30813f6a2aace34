import { readFileSync } from 'node:fs';

/** Looks from time to time at what a program does. */
export interface ProcessWatch {
  /** The bytes that it has written so far, as far as the kernel counts them. */
  look(): number;
  /** How many looks in a row found it asleep, with nothing done since the look before. */
  readonly idleLooks: number;
}

export function processWatch(pid: number): ProcessWatch {
  let before = '';
  let idleLooks = 0;
  let written = 0;
  return {
    look() {
      const [io, state, ticks] = [readOf(pid, 'io'), ...statOf(pid)];
      written = Number(/^wchar: (\d+)$/m.exec(io)?.[1] ?? written);
      const now = `${io} ${ticks}`;
      // Whoever waits for a disk is in state D.
      idleLooks = state === 'S' && now === before ? idleLooks + 1 : 0;
      before = now;
      return written;
    },
    get idleLooks() {
      return idleLooks;
    },
  };
}

/** The state of a process and the time that it has run, as proc(5) has them. */
function statOf(pid: number): [state: string, ticks: string] {
  // The name, in parentheses, may hold anything.
  const fields = readOf(pid, 'stat').split(') ').at(-1)?.split(' ') ?? [];
  return [fields[0] ?? '', `${fields[11]} ${fields[12]}`];
}

function readOf(pid: number, name: string): string {
  try {
    return readFileSync(`/proc/${pid}/${name}`, 'latin1');
  } catch {
    // It has ended.
    return '';
  }
}
