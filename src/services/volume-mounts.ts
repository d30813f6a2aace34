import { dirname, join } from 'node:path/posix';
import { StatusError } from '../csi/status.js';
import type { Content } from '../host/content.js';
import { MountRefusal, sameFile, type Mounter } from '../host/mounter.js';
import type { MountAttribute } from '../model/mount-flags.js';
import type { VolumeData } from '../host/volume-data.js';
import { dataGone } from './outcome.js';

/** The mounts of the volumes, by volume and path. */
export interface VolumeMounts {
  /** Whether the mount on top at a path shows the volume, or showed it until the volume was deleted. */
  isAt(volumeId: string, path: string): boolean;
  /**
   * Shows the volume at `path`, taken from `source`: the path where it is staged, or undefined for
   * the pool itself. A mount of the same volume that nobody has a record of is replaced; `recorded`
   * are the paths of those that stay. FAILED_PRECONDITION, with the path untouched, when one of those
   * or something else is there.
   */
  make(mount: {
    readonly volumeId: string;
    readonly source: string | undefined;
    readonly path: string;
    readonly recorded: readonly string[];
    readonly createPath: boolean;
    readonly attributes: readonly MountAttribute[];
  }): void;
  /** The one of `paths` that leads to the same place as `path`, as by a symlink on the way. */
  sameAs(path: string, paths: readonly string[]): string | undefined;
  /** Unmounts the volume from a path; false when it is not there. FAILED_PRECONDITION when in use. */
  remove(volumeId: string, path: string): boolean;
  /** Removes the empty directory or file that a mount leaves; FAILED_PRECONDITION when not empty. */
  clear(path: string): void;
}

/** `data`: all that volumes are mounted from. */
export function volumeMounts(mounter: Mounter, data: readonly VolumeData[]): VolumeMounts {
  /** Where the data really is, by its directory: it does not move while the driver runs. */
  const realDirectories = new Map<string, string>();

  function contentOf(volumeId: string): Content | undefined {
    for (const each of data) {
      const content = each.content(volumeId);
      if (content !== undefined) return content;
    }
    return undefined;
  }

  /** Nothing is mounted or removed where the data of all volumes is. */
  function requireOutsideData(path: string): void {
    const real = mounter.realPath(path);
    if (real === undefined) return;
    for (const { directory } of data) {
      const inside = realDirectories.get(directory) ?? mounter.realPath(join(directory, 'volumes'));
      if (inside === undefined) continue;
      realDirectories.set(directory, inside);
      if (!`${real}/`.startsWith(`${dirname(inside)}/`)) continue;
      throw new StatusError(
        'FAILED_PRECONDITION',
        `${path} is in ${directory}, where the driver keeps data`,
      );
    }
  }

  /** Only a record that was lost leaves a mount that nobody knows. */
  function removeUnrecorded(volumeId: string, path: string, recorded: readonly string[]): void {
    if (!mounts.isAt(volumeId, path)) return;
    const same = mounts.sameAs(path, recorded);
    if (same !== undefined) {
      throw new StatusError(
        'FAILED_PRECONDITION',
        `volume ${volumeId} is already mounted at ${same}` +
          (same === path ? '' : `, which is the same place as ${path}`),
      );
    }
    mounts.remove(volumeId, path);
  }

  const mounts: VolumeMounts = {
    isAt(volumeId, path) {
      const presence = mounter.look(path);
      if (!('mounted' in presence) || !presence.mounted) return false;
      const content = contentOf(volumeId);
      if (content !== undefined && sameFile(presence.identity, content.identity)) return true;
      // A mount of something else, or of a volume whose directory is gone: the kernel's table tells.
      const shown = mounter.rootOf(path);
      return shown !== undefined && data.some((each) => each.isContentOf(volumeId, shown));
    },

    make({ volumeId, source, path, recorded, createPath, attributes }) {
      const content = contentOf(volumeId);
      if (content === undefined) throw dataGone(volumeId);
      requireOutsideData(path);
      removeUnrecorded(volumeId, path, recorded);
      translate(() => {
        mounter.bind({
          source: source ?? content.path,
          identity: content.identity,
          target: path,
          createTarget: createPath,
          attributes,
        });
      });
    },

    sameAs(path, paths) {
      if (paths.includes(path)) return path;
      const real = mounter.realPath(path);
      if (real === undefined) return undefined;
      return paths.find((each) => mounter.realPath(each) === real);
    },

    remove(volumeId, path) {
      let removed = false;
      while (mounts.isAt(volumeId, path)) {
        translate(() => mounter.unbind(path));
        removed = true;
      }
      return removed;
    },

    clear(path) {
      requireOutsideData(path);
      translate(() => {
        mounter.removeTarget(path);
      });
    },
  };
  return mounts;
}

/** What the host refuses is for the CO to mend. */
function translate<Result>(act: () => Result): Result {
  try {
    return act();
  } catch (error) {
    if (!(error instanceof MountRefusal)) throw error;
    throw new StatusError('FAILED_PRECONDITION', error.message, { cause: error });
  }
}
