import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { deviceNumber } from './file-status.js';

/** A mount as the kernel lists it in /proc/self/mountinfo. */
export interface ListedMount {
  /** Where it is mounted, as this process sees it. */
  readonly path: string;
  /** The device of its file system, as stat(2) has it. */
  readonly device: bigint;
  /** The path of the mount's root within its file system; with `//deleted` after it when it is gone. */
  readonly root: string;
  /** The attributes of the mount itself, by the names that mount(8) has for them. */
  readonly attributes: readonly string[];
}

/** The number of the mount that a descriptor lies in: unique while the mount exists. */
export function mountId(descriptor: { readonly number: number }): string {
  const id = /^mnt_id:\t(\d+)$/m.exec(
    readFileSync(`/proc/self/fdinfo/${descriptor.number}`, 'latin1'),
  );
  if (id?.[1] === undefined)
    throw new Error('the kernel does not tell mount ids: Linux 3.15 or newer');
  return id[1];
}

/** Looks a mount up. Slow: the kernel lists every mount of the namespace, some 3 microseconds each. */
export function listedMount(id: string): ListedMount {
  // Names of files are bytes; latin1 keeps them apart until the escapes are undone.
  for (const line of readFileSync(TABLE, 'latin1').split('\n')) {
    if (line.startsWith(`${id} `)) return parsed(line);
  }
  throw new Error(`mount ${id} is not in the mount table of this process`);
}

/** All mounts of the namespace, in the kernel's order. Slow, as above. */
export async function listedMounts(): Promise<ListedMount[]> {
  const table = await readFile(TABLE, 'latin1');
  return table.split('\n').filter(Boolean).map(parsed);
}

const TABLE = '/proc/self/mountinfo';

function parsed(line: string): ListedMount {
  const [, , device = '', root = '', path = '', attributes = ''] = line.split(' ');
  const [major = 0, minor = 0] = device.split(':').map(Number);
  return {
    path: unescaped(path),
    device: deviceNumber(major, minor),
    root: unescaped(root),
    attributes: attributes.split(','),
  };
}

/** The kernel writes space, tab, newline and backslash as a backslash with three octal digits. */
function unescaped(field: string): string {
  const bytes = field.replace(/\\([0-7]{3})/g, (_, octal: string) =>
    String.fromCharCode(Number.parseInt(octal, 8)),
  );
  return Buffer.from(bytes, 'latin1').toString('utf8');
}
