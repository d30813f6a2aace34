import { readFileSync, realpathSync } from 'node:fs';
import { Untestable } from './untestable.js';

/** Throws Untestable unless the checker sees what the driver has mounted at a path. */
export function needVisible(path: string): void {
  if (!seesMount(path)) {
    throw new Untestable(
      'the checker does not see the target path as a mount: it has to run where the driver mounts',
    );
  }
}

/** Whether something is mounted at a path, in the mount namespace of the checker. */
export function seesMount(path: string): boolean {
  return mountsFrom(path, (point, real) => point === real).length > 0;
}

/** Where something is mounted in a directory, in the mount namespace of the checker. */
export function mountsIn(directory: string): string[] {
  return mountsFrom(directory, (point, real) => point.startsWith(`${real}/`));
}

function mountsFrom(path: string, wanted: (point: string, real: string) => boolean): string[] {
  try {
    const real = realpathSync(path);
    return readFileSync('/proc/self/mountinfo', 'utf8')
      .split('\n')
      .map((line) => unescaped(line.split(' ')[4] ?? ''))
      .filter((point) => wanted(point, real));
  } catch {
    // No such path, or a system without mountinfo.
    return [];
  }
}

/** The kernel writes white space and backslashes of a path as three octal digits. */
function unescaped(field: string): string {
  return field.replaceAll(/\\([0-7]{3})/g, (_, digits: string) =>
    String.fromCodePoint(Number.parseInt(digits, 8)),
  );
}
