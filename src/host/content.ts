import { chmodSync, closeSync, ftruncateSync, lstatSync, mkdirSync, openSync } from 'node:fs';
import { join } from 'node:path';
import type { FileIdentity } from './file-identity.js';

/** What a volume or snapshot holds, on the disk of the pool: a directory, or an image of a disk. */
export interface Content {
  readonly kind: 'directory' | 'image';
  /** Absolute path. */
  readonly path: string;
  readonly identity: FileIdentity;
}

/**
 * Makes content in a directory that is new and empty. Returns or resolves with the paths that are still to
 * be flushed. What it leaves behind when it fails is removed with the directory.
 */
export type Fill = (root: string) => readonly string[] | Promise<readonly string[]>;

const NAMES = { directory: 'data', image: 'image' } as const;

/** Where content of a kind is in its directory. */
export function contentPath(root: string, kind: Content['kind']): string {
  return join(root, NAMES[kind]);
}

/** The content in a directory; undefined when it is gone. */
export function contentIn(root: string): Content | undefined {
  return (
    look('directory', contentPath(root, 'directory')) ?? look('image', contentPath(root, 'image'))
  );
}

/**
 * The name of the directory whose content a path is, as the kernel lists it: in the place where it is shown
 * or in the trash. What was removed has, in the kernel's words, "//deleted" or " (deleted)" after it.
 */
export function ownerOfContent(path: string): string | undefined {
  return /\/(?:volumes|trash)\/([^/]+)\/(?:data|image)(?:\/\/deleted| \(deleted\))?$/.exec(
    path,
  )?.[1];
}

function look(kind: Content['kind'], path: string): Content | undefined {
  const stats = lstatSync(path, { bigint: true, throwIfNoEntry: false });
  // Nothing that only leads to the content elsewhere counts.
  if (stats === undefined || !(kind === 'directory' ? stats.isDirectory() : stats.isFile())) {
    return undefined;
  }
  return { kind, path, identity: { device: stats.dev, inode: stats.ino } };
}

/** An empty directory, to which workloads of any user may write unless the CO sets an fsGroup. */
export const emptyDirectory: Fill = (root) => {
  const data = contentPath(root, 'directory');
  mkdirSync(data);
  // The mode that mkdir is given obeys the umask.
  chmodSync(data, 0o777);
  return [data];
};

/** An image of zeros that takes no room yet. */
export function emptyImage(bytes: bigint): Fill {
  return (root) => {
    const image = contentPath(root, 'image');
    const descriptor = openSync(image, 'wx', 0o600);
    try {
      ftruncateSync(descriptor, Number(bytes));
    } finally {
      closeSync(descriptor);
    }
    return [image];
  };
}
