import { constants, opendirSync } from 'node:fs';
import { closeLater, type HeldFile } from './descriptor.js';
import { errorCode } from './errno.js';
import type { FileStatus } from './file-status.js';
import { sameFile } from './file-identity.js';
import { MountRefusal } from './mount-refusal.js';
import { holdEntry, type Place } from './place.js';
import { AT_REMOVEDIR, close, mkdirat, openat, unlinkat } from './syscalls.js';

/** What a source of some kind is mounted on: directories on directories, all else on regular files. */
export function targetKind(source: FileStatus['kind']): 'directory' | 'file' {
  return source === 'directory' ? 'directory' : 'file';
}

/** Makes an empty target; false when something, whatever it is, stands there already. */
export function makeTarget({ parent, name }: Place, kind: 'directory' | 'file'): boolean {
  const { O_CREAT, O_EXCL } = constants;
  try {
    if (kind === 'directory') mkdirat(parent.number, name, 0o750);
    else close(openat(parent.number, name, O_CREAT | O_EXCL, 0o640));
    return true;
  } catch (error) {
    if (errorCode(error) === 'EEXIST') return false;
    throw error;
  }
}

/** Throws a MountRefusal if the entry, a directory or a file, has content. */
export function requireEmpty(entry: HeldFile, path: string): void {
  const { kind, size } = entry.status;
  if (kind === 'directory' ? hasContent(entry) : size > 0n) throw notEmpty(kind, path);
}

/**
 * Removes what `entry` holds, if it still stands at the place. Throws a MountRefusal unless it is an
 * empty directory or an empty file by now.
 */
export function removeTarget(place: Place, entry: HeldFile, path: string): void {
  const now = holdEntry(place);
  if (now === undefined) return;
  try {
    if (!sameFile(now.status.identity, entry.status.identity)) return;
    requireKind(now, ['directory', 'file'], path);
    const { kind, size } = now.status;
    if (kind === 'file' && size > 0n) throw notEmpty(kind, path);
    unlinkat(place.parent.number, place.name, kind === 'directory' ? AT_REMOVEDIR : 0);
  } catch (error) {
    // The kernel itself removes no directory with content.
    if (errorCode(error) === 'ENOTEMPTY') throw notEmpty('directory', path);
    throw error;
  } finally {
    closeLater(now);
  }
}

/** Throws a MountRefusal unless the entry is of one of the kinds. */
export function requireKind(
  { status: { kind } }: HeldFile,
  kinds: readonly FileStatus['kind'][],
  path: string,
): void {
  if (kind === 'symlink') throw new MountRefusal('symlink', `${path} is a symlink`);
  if (kinds.includes(kind)) return;
  throw new MountRefusal('wrong-kind', `${path} is not what was expected: ${kinds.join(' or ')}`);
}

function notEmpty(kind: FileStatus['kind'], path: string): MountRefusal {
  return new MountRefusal('not-empty', `${path} is a ${kind} with content`);
}

function hasContent(directory: HeldFile): boolean {
  const listing = opendirSync(directory.link);
  try {
    return listing.readSync() !== null;
  } finally {
    listing.closeSync();
  }
}
