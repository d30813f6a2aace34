import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  statSync,
  writeFileSync,
  type StatsFs,
} from 'node:fs';
import { rm, rmdir, statfs, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { isVolumeId, type Volume } from '../model/volume.js';
import { readRecord, writeRecord } from '../record/envelope.js';
import { volumeShape } from '../record/volume.js';
import type { Sync } from '../record/sync.js';
import { flushPaths, replaceFile } from './durable-file.js';
import { errorCode } from './errno.js';
import type { FileIdentity } from './mounter.js';
import { treeRemoval } from './tree-removal.js';

/**
 * The data of the volumes, in directories:
 *
 *     pool.json                 which store the pool belongs to (pool-marker.ts)
 *     volumes/<id>/volume.json  the descriptor: the volume as the controller promised it
 *     volumes/<id>/data/        what workloads see
 *     incoming/<id>/            a volume that is being made; it appears in volumes/ by rename
 *     trash/<id>/               a volume that is being removed; it comes here by rename
 *     nodes/                    the nodes that share the pool (node-registry.ts)
 *
 * The store's record is the moment of truth: it is made while the volume is in incoming/ and removed
 * while it is in trash/. After a crash `recover` moves what has a record to volumes/ and removes the
 * rest, so nothing half-made counts and nothing leaks.
 *
 * System calls that only touch names are made synchronously, microseconds each; flushing and the
 * removal of trees are not.
 */
export interface Pool {
  readonly directory: string;
  /** The device that the data is on, as in FileIdentity. */
  readonly device: bigint;
  /** What workloads see of a volume: an absolute path, whether or not it exists. */
  dataPath(volumeId: string): string;
  /** Identifies the volume's data; undefined when it is gone. */
  identity(volumeId: string): FileIdentity | undefined;
  /** The volume whose data a mount shows, from the mount's root as the kernel lists it. */
  volumeAt(mountRoot: string): string | undefined;
  /** The descriptor of a volume that has appeared; undefined when there is none. */
  descriptor(volumeId: string): Volume | undefined;
  /** Makes the volume in incoming/; resolves once it survives power loss. */
  prepare(volume: Volume): Promise<void>;
  /** Lets a prepared volume appear; resolves once that survives power loss. */
  reveal(volumeId: string): Promise<void>;
  /** Replaces the descriptor of a volume that has appeared, whole and durably. */
  describe(volume: Volume): Promise<void>;
  /** Takes a volume out of volumes/, durably; does nothing when it is not there. */
  retire(volumeId: string): Promise<void>;
  /** Puts a retired volume back; resolves once that survives power loss. */
  restore(volumeId: string): Promise<void>;
  /** Removes what `prepare` or `retire` left behind. */
  discard(volumeId: string): Promise<void>;
  /**
   * Heals what a crash left, given which ids have a record. `leftovers`: ids to `discard`, which may
   * take long; `strangers`: directories in volumes/ that no record knows, and that are left alone.
   */
  recover(
    isKnown: (volumeId: string) => boolean,
  ): Promise<{ readonly leftovers: string[]; readonly strangers: string[] }>;
  /** The descriptors of all volumes, and the ids of those whose descriptor cannot be read. */
  survey(): { readonly volumes: Volume[]; readonly unreadable: string[] };
  /** Figures of the file system that holds the pool. */
  space(): Promise<StatsFs>;
}

/** Opens the pool at an absolute path and makes its directories. */
export function openPool(directory: string, sync: Sync): Pool {
  const volumes = join(directory, 'volumes');
  const incoming = join(directory, 'incoming');
  const trash = join(directory, 'trash');
  // Others get through to nodes/ and uses/: a controller and nodes may be different users.
  mkdirSync(directory, { recursive: true, mode: 0o711 });
  for (const each of [volumes, incoming, trash]) makePrivate(each);
  const removal = treeRemoval();
  const descriptorPath = (id: string) => join(volumes, id, 'volume.json');
  const dataPath = (id: string) => join(volumes, id, 'data');

  const descriptor = (id: string): Volume | undefined => {
    if (!isVolumeId(id)) return undefined;
    const text = readIfThere(descriptorPath(id));
    return text === undefined ? undefined : readRecord(volumeShape, descriptorPath(id), text);
  };

  const pool: Pool = {
    directory,
    device: statSync(volumes, { bigint: true }).dev,
    dataPath,
    descriptor,

    identity(id) {
      // Ids come from the wire: what could climb out of the directory is no volume of ours.
      if (!isVolumeId(id)) return undefined;
      const stats = lstatSync(dataPath(id), { bigint: true, throwIfNoEntry: false });
      return stats === undefined ? undefined : { device: stats.dev, inode: stats.ino };
    },

    volumeAt(mountRoot) {
      // A deleted volume's data is in trash/ or, in the kernel's words, "//deleted".
      return /\/(?:volumes|trash)\/([^/]+)\/data(?:\/\/deleted)?$/.exec(mountRoot)?.[1];
    },

    async prepare(volume) {
      const root = join(incoming, volume.id);
      const data = join(root, 'data');
      mkdirSync(root, { mode: 0o700 });
      mkdirSync(data);
      // Workloads of any user write here unless the CO sets an fsGroup; mkdir's mode obeys the umask.
      chmodSync(data, 0o777);
      const file = join(root, 'volume.json');
      writeFileSync(file, descriptorText(volume), { flag: 'wx', mode: 0o600 });
      await flushPaths([file, data, root, incoming], sync);
    },

    async reveal(id) {
      // Without a journal a rename is two directories that reach the disk apart: the next volume's
      // flush of incoming/ would take this one from there before it is on the disk in volumes/.
      if (move(id, incoming, volumes)) await flushPaths([volumes], sync);
    },

    async describe(volume) {
      const spare = join(volumes, volume.id, 'volume.json.new');
      await rm(spare, { force: true });
      await replaceFile(descriptorPath(volume.id), spare, descriptorText(volume), sync);
    },

    async retire(id) {
      if (move(id, volumes, trash)) await flushPaths([trash, volumes], sync);
    },

    async restore(id) {
      if (move(id, trash, volumes)) await flushPaths([volumes], sync);
    },

    async discard(id) {
      for (const root of [join(incoming, id), join(trash, id)]) {
        if (existsSync(root) && !(await removeEmpty(root))) await removal.remove(root);
      }
    },

    async recover(isKnown) {
      const leftovers = [...readdirSync(incoming), ...readdirSync(trash)].filter(
        (id) => !isKnown(id),
      );
      for (const id of readdirSync(incoming)) if (isKnown(id)) await pool.reveal(id);
      for (const id of readdirSync(trash)) if (isKnown(id)) await pool.restore(id);
      return { leftovers, strangers: readdirSync(volumes).filter((id) => !isKnown(id)) };
    },

    survey() {
      const found: Volume[] = [];
      const unreadable: string[] = [];
      for (const id of readdirSync(volumes)) {
        const volume = attempt(() => descriptor(id));
        if (volume?.id === id) found.push(volume);
        else unreadable.push(id);
      }
      return { volumes: found, unreadable };
    },

    async space() {
      return statfs(directory);
    },
  };
  return pool;
}

/**
 * Makes a directory that no other user gets through: workloads reach their volumes by mounts alone, and
 * any other way would lead around what those allow.
 */
function makePrivate(directory: string): void {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const { mode, uid } = statSync(directory);
  // A node may share a pool that another user's controller has made.
  if ((mode & 0o077) !== 0 && uid === process.geteuid?.()) chmodSync(directory, 0o700);
}

function descriptorText(volume: Volume): string {
  return `${writeRecord(volumeShape, volume)}\n`;
}

/**
 * Removes a volume that nobody wrote to, by calls that only take what is empty: none can take long or
 * reach into a mount. False, with all data untouched, when there is more to remove.
 */
async function removeEmpty(root: string): Promise<boolean> {
  try {
    await rmdir(join(root, 'data'));
    await unlink(join(root, 'volume.json'));
    await rmdir(root);
    return true;
  } catch {
    return false;
  }
}

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}

/** Moves a volume from one directory to another; false when it is not there. */
function move(id: string, from: string, to: string): boolean {
  try {
    renameSync(join(from, id), join(to, id));
    return true;
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return false;
    throw error;
  }
}

function attempt<Result>(read: () => Result): Result | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}
