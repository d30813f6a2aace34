import { StatusError } from '../../csi/status.js';
import { sameFile } from '../../host/file-identity.js';
import type { Mounter } from '../../host/mounter.js';
import type { VolumeData } from '../../host/volume-data.js';
import { translated, translatedLater } from '../host-refusal.js';
import { dataGone } from '../outcome.js';
import { contentOf } from './volume-content.js';
import { deviceOf, type VolumeDevices } from './volume-devices.js';
import { volumeShowing, type Showing } from './volume-showing.js';

/** The mounts of the volumes, by volume and path. */
export interface VolumeMounts {
  /** Whether the mount on top at a path shows the volume, or showed it until the volume was deleted. */
  isAt(volumeId: string, path: string): boolean;
  /**
   * The device of the volume whose node a path leads to, mounted there by this driver or not: the CO
   * makes mounts and symlinks of its own for block volumes.
   */
  deviceAt(volumeId: string, path: string): bigint | undefined;
  /**
   * Shows the volume at a path. A mount of the same volume that nobody has a record of is replaced; the
   * `others` are the paths of those that stay. FAILED_PRECONDITION, with the path untouched, when one of
   * those or something else is there.
   */
  make(showing: Showing): Promise<void>;
  /** The one of `paths` that leads to the same place as `path`, as by a symlink on the way. */
  sameAs(path: string, paths: readonly string[]): string | undefined;
  /**
   * Unmounts the volume from a path; false when it is not there. FAILED_PRECONDITION when in use. `others`:
   * where it stays mounted.
   */
  remove(volumeId: string, path: string, others: readonly string[]): Promise<boolean>;
  /** Removes the empty directory or file that a mount leaves; FAILED_PRECONDITION when not empty. */
  clear(path: string): void;
}

/** `data`: all that volumes are mounted from. */
export function volumeMounts({
  mounter,
  devices,
  data,
}: {
  readonly mounter: Mounter;
  readonly devices: VolumeDevices;
  readonly data: readonly VolumeData[];
}): VolumeMounts {
  const show = volumeShowing(mounter, devices);
  /** Only a record that was lost leaves a mount that nobody knows. */
  async function removeUnrecorded({ volumeId, path, others }: Showing): Promise<void> {
    if (!mounts.isAt(volumeId, path)) return;
    const same = mounts.sameAs(path, others);
    if (same !== undefined) {
      throw new StatusError(
        'FAILED_PRECONDITION',
        `volume ${volumeId} is already mounted at ${same}` +
          (same === path ? '' : `, which is the same place as ${path}`),
      );
    }
    await mounts.remove(volumeId, path, others);
  }

  const mounts: VolumeMounts = {
    isAt(volumeId, path) {
      const presence = mounter.look(path);
      if (presence.kind === 'absent' || !presence.mounted) return false;
      const content = contentOf(data, volumeId);
      if (content !== undefined && sameFile(presence.identity, content.identity)) return true;
      if (devices.isOf(volumeId, deviceOf(presence))) return true;
      // A mount of something else, or of a volume whose directory is gone: the kernel's table tells.
      const shown = mounter.rootOf(path);
      return shown !== undefined && data.some((each) => each.isContentOf(volumeId, shown));
    },

    deviceAt(volumeId, path) {
      const device = mounter.deviceAt(path);
      return device !== undefined && devices.isOf(volumeId, device) ? device : undefined;
    },

    async make(showing) {
      const content = contentOf(data, showing.volumeId);
      if (content === undefined) throw dataGone(showing.volumeId);
      await removeUnrecorded(showing);
      await translatedLater(async () => show(showing, content));
    },

    sameAs(path, paths) {
      if (paths.includes(path)) return path;
      const real = mounter.realPath(path);
      if (real === undefined) return undefined;
      return paths.find((each) => mounter.realPath(each) === real);
    },

    async remove(volumeId, path, others) {
      let removed = false;
      while (mounts.isAt(volumeId, path)) {
        await translatedLater(() => mounter.close(path));
        removed = true;
      }
      await devices.release(volumeId, [...others, path]);
      return removed;
    },

    clear(path) {
      translated(() => {
        mounter.removeTarget(path);
      });
    },
  };
  return mounts;
}
