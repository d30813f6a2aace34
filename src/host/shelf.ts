import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  statSync,
} from 'node:fs';
import { rm, rmdir, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { isVolumeId } from '../model/volume.js';
import { readRecord, RecordError, writeRecord } from '../record/envelope.js';
import type { Shape } from '../record/shape.js';
import type { Sync } from '../record/sync.js';
import { contentIn, contentPath, type Content, type Fill } from './content.js';
import { makeDirectories } from './durable-directory.js';
import { flushPaths, replaceFile, writeNew } from './durable-file.js';
import { errorCode } from './errno.js';
import type { TreeRemoval } from './tree-removal.js';

/**
 * Things of one kind with their content, each in a directory named by its id, with a descriptor: the
 * thing as the controller promised it. It is made out of sight and appears by rename; it goes out of
 * sight by rename and is then removed.
 *
 * The store's record is the moment of truth: it is made while the thing is being made out of sight, and
 * removed after it went there again. After a crash `recover` shows what has a record and lists the rest,
 * so nothing half-made counts and nothing leaks.
 *
 * System calls that only touch names are made synchronously, microseconds each; flushing and the
 * removal of trees are not.
 */
export interface Shelf<Item extends { readonly id: string }> {
  /** What workloads see of it; undefined when it is gone. */
  content(id: string): Content | undefined;
  /** Whether it is being made or removed, out of sight. */
  isOutOfSight(id: string): boolean;
  /** The descriptor of what has appeared; undefined when there is none. Throws a RecordError. */
  descriptor(id: string): Item | undefined;
  /** Makes a thing, filled by `fill`, out of sight; resolves once it survives power loss. */
  prepare(item: Item, fill: Fill): Promise<void>;
  /** Lets what was prepared appear; resolves once that survives power loss. */
  reveal(id: string): Promise<void>;
  /** Replaces the descriptor of what has appeared, whole and durably. */
  describe(item: Item): Promise<void>;
  /** Takes it out of sight, durably; does nothing when it is not there. */
  retire(id: string): Promise<void>;
  /** Puts back what was retired; resolves once that survives power loss. */
  restore(id: string): Promise<void>;
  /** Removes what `prepare` or `retire` left behind. */
  discard(id: string): Promise<void>;
  /** Resolves once what is being removed now is gone. */
  settled(): Promise<void>;
  /** Heals what a crash left, given the ids that have a record. */
  recover(recorded: ReadonlySet<string>): Promise<Recovered>;
  /** The descriptors of all, and the ids of those whose descriptor cannot be read. */
  survey(): { readonly items: Item[]; readonly unreadable: string[] };
}

/** What was found after a crash. */
export interface Recovered {
  /** Ids to `discard`, which may take long. */
  readonly leftovers: readonly string[];
  /** Directories that no record knows, and that are left alone. */
  readonly strangers: readonly string[];
  /** Ids that have a record, but no directory. */
  readonly missing: readonly string[];
}

export interface ShelfOptions<Item> {
  /** Where they are, are being made, and are being removed: absolute paths on one file system. */
  readonly places: { readonly shown: string; readonly incoming: string; readonly trash: string };
  /** The name of the descriptor's file. */
  readonly descriptorName: string;
  readonly shape: Shape<Item>;
  readonly sync: Sync;
  readonly removal: TreeRemoval;
}

/** Opens a shelf and makes its directories. */
export function openShelf<Item extends { readonly id: string }>({
  places: { shown, incoming, trash },
  descriptorName,
  shape,
  sync,
  removal,
}: ShelfOptions<Item>): Shelf<Item> {
  for (const each of [shown, incoming, trash]) makePrivate(each);
  const descriptorPath = (id: string) => join(shown, id, descriptorName);
  const removing = new Set<Promise<void>>();
  const remove = async (root: string): Promise<void> => {
    if (!(await removeEmpty(root, descriptorName))) await removal.remove(root);
  };
  const textOf = (item: Item) => `${writeRecord(shape, item)}\n`;

  const shelf: Shelf<Item> = {
    content(id) {
      // Ids come from the wire: what could climb out of the directory is none of ours.
      return isVolumeId(id) ? contentIn(join(shown, id)) : undefined;
    },

    isOutOfSight(id) {
      return isVolumeId(id) && [incoming, trash].some((place) => existsSync(join(place, id)));
    },

    descriptor(id) {
      if (!isVolumeId(id)) return undefined;
      const path = descriptorPath(id);
      const text = readIfThere(path);
      if (text === undefined) return undefined;
      const item = readRecord(shape, path, text);
      if (item.id === id) return item;
      throw new RecordError('unreadable', `${path} cannot be read: it is of another directory`);
    },

    async prepare(item, fill) {
      const root = join(incoming, item.id);
      mkdirSync(root, { mode: 0o700 });
      const unflushed = await fill(root);
      // The name of the descriptor is there at once, so its directory is flushed beside its text.
      const written = writeNew(join(root, descriptorName), textOf(item), sync);
      await Promise.all([written, flushPaths([...unflushed, root, incoming], sync)]);
    },

    async reveal(id) {
      // Without a journal a rename is two directories that reach the disk apart: the next one's flush
      // of `incoming` would take this one from there before it is on the disk where it is shown.
      if (move(id, incoming, shown)) await flushPaths([shown], sync);
    },

    async describe(item) {
      const spare = join(shown, item.id, `${descriptorName}.new`);
      await rm(spare, { force: true });
      await replaceFile(descriptorPath(item.id), spare, textOf(item), sync);
    },

    async retire(id) {
      if (move(id, shown, trash)) await flushPaths([trash, shown], sync);
    },

    async restore(id) {
      if (move(id, trash, shown)) await flushPaths([shown], sync);
    },

    async discard(id) {
      // The program that copies may outlive the driver when that is killed. It goes by paths, so it
      // makes nothing more once they lead nowhere.
      const [unfinished, retired] = [join(incoming, id), join(trash, id)];
      if (isThere(unfinished)) attempt(() => move(id, incoming, trash));
      for (const root of [unfinished, retired].filter((each) => isThere(each))) {
        const gone = remove(root);
        removing.add(gone);
        await gone.finally(() => removing.delete(gone));
      }
    },

    async settled() {
      await Promise.allSettled(removing);
    },

    async recover(recorded) {
      const leftovers = [...readdirSync(incoming), ...readdirSync(trash)].filter(
        (id) => !recorded.has(id),
      );
      for (const id of readdirSync(incoming)) if (recorded.has(id)) await shelf.reveal(id);
      for (const id of readdirSync(trash)) if (recorded.has(id)) await shelf.restore(id);
      const present = new Set(readdirSync(shown));
      return {
        leftovers,
        strangers: [...present].filter((id) => !recorded.has(id)),
        missing: [...recorded].filter((id) => !present.has(id)),
      };
    },

    survey() {
      const items: Item[] = [];
      const unreadable: string[] = [];
      for (const id of readdirSync(shown)) {
        const item = attempt(() => shelf.descriptor(id));
        if (item === undefined) unreadable.push(id);
        else items.push(item);
      }
      return { items, unreadable };
    },
  };
  return shelf;
}

/**
 * Makes a directory that no other user gets through: workloads reach their volumes by mounts alone, and
 * any other way would lead around what those allow.
 */
function makePrivate(directory: string): void {
  makeDirectories(directory, 0o700);
  const { mode, uid } = statSync(directory);
  // A node may share a pool that another user's controller has made.
  if ((mode & 0o077) !== 0 && uid === process.geteuid?.()) chmodSync(directory, 0o700);
}

/**
 * Removes what nobody wrote to, by calls that only take what is empty: none can take long or reach into
 * a mount. False, with all data untouched, when there is more to remove.
 */
async function removeEmpty(root: string, descriptorName: string): Promise<boolean> {
  try {
    await rmdir(contentPath(root, 'directory'));
    await unlink(join(root, descriptorName));
    await rmdir(root);
    return true;
  } catch {
    return false;
  }
}

/** Of a symlink, the link itself. */
function isThere(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
}

function readIfThere(path: string): string | undefined {
  // Asked at every unpublish, mostly of what never was: an exception costs ten times as much.
  if (!isThere(path)) return undefined;
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}

/** Moves a directory from one place to another; false when it is not there. */
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
