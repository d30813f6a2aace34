import { readlinkSync, realpathSync } from 'node:fs';
import { join } from 'node:path/posix';
import { MountRefusal } from './mount-refusal.js';
import type { Place } from './place.js';

/** Directories in which nothing is mounted or removed on behalf of others: the driver keeps data there. */
export interface KeptDirectories {
  /** Throws a MountRefusal for a place that is in one of them, whatever its path looks like. */
  requireOutside(place: Place, path: string): void;
}

export function keptDirectories(directories: readonly string[]): KeptDirectories {
  /** Where they really are: they do not move while the driver runs. */
  let real: readonly string[] | undefined;
  return {
    requireOutside(place, path) {
      if (directories.length === 0) return;
      real ??= directories.map(realPath);
      const at = `${realPathOf(place)}/`;
      const index = real.findIndex((each) => at.startsWith(`${each}/`));
      if (index === -1) return;
      throw new MountRefusal(
        'private',
        `${path} is in ${directories[index]}, where the driver keeps data`,
      );
    },
  };
}

/** Of a directory that is not there, its path. */
function realPath(directory: string): string {
  try {
    return realpathSync(directory);
  } catch {
    return directory;
  }
}

/** The one name of a held place: without symlinks on the way. */
export function realPathOf({ parent, name }: Place): string {
  return join(readlinkSync(parent.link), name);
}
