import { execFileSync } from 'node:child_process';
import { closeSync, ftruncateSync, mkdirSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { contentIn, type Content } from '../../../src/host/content.js';
import { loopDevices, type HeldLoopDevice } from '../../../src/host/loop-devices.js';
import { MNT_DETACH, umount2 } from '../../../src/host/syscalls.js';
import { scratch } from '../scratch.js';

/** A pool for images, on a file system of its own, and what they are attached to and mounted at. */
export interface ImageSite {
  path(...names: string[]): string;
  /** Makes an image that is one hole. */
  image(name: string, bytes: number): Content;
  attach(content: Content): HeldLoopDevice;
  /** Mounts the file system in an image. */
  mount(content: Content, name: string): string;
  /** Mounts it at a path that exists. */
  mountAt(content: Content, point: string): void;
  /** Shows a directory at another path. */
  bind(directory: string, point: string): void;
  /** Makes an empty directory beside the pool. */
  directory(name: string): string;
  remove(): void;
}

/** `type`: of the file system; xfs has reflinks, tmpfs and ext4 have none. */
export function imageSite(type: 'tmpfs' | 'ext4' | 'xfs'): ImageSite {
  const place = scratch('private', '600m');
  const undo: (() => void)[] = [() => place.remove()];
  const root = place.make('pool');
  if (type !== 'tmpfs') {
    sparse(place.path('disk'), 350 * 2 ** 20);
    execFileSync(`mkfs.${type}`, ['-q', place.path('disk')]);
    execFileSync('mount', ['-o', 'loop', place.path('disk'), root]);
    undo.push(() => umount2(root, MNT_DETACH));
  }
  const loops = loopDevices('a test of copies');

  const site: ImageSite = {
    path: (...names) => join(root, ...names),
    image(name, bytes) {
      mkdirSync(join(root, name));
      sparse(join(root, name, 'image'), bytes);
      return found(join(root, name));
    },
    attach({ path: image, identity }) {
      const device = loops.attach({ image, identity, readonly: false, autoclear: true });
      undo.push(() => device[Symbol.dispose]());
      return device;
    },
    mount(content, name) {
      const point = site.directory(name);
      site.mountAt(content, point);
      return point;
    },
    mountAt(content, point) {
      execFileSync('mount', [site.attach(content).path, point]);
      undo.push(() => umount2(point, MNT_DETACH));
    },
    bind(directory, point) {
      execFileSync('mount', ['--bind', directory, point]);
      undo.push(() => umount2(point, MNT_DETACH));
    },
    directory: (name) => place.make(name),
    remove() {
      for (const step of undo.splice(0).toReversed()) step();
    },
  };
  return site;
}

function found(directory: string): Content {
  const content = contentIn(directory);
  if (content === undefined) throw new Error(`there is no content in ${directory}`);
  return content;
}

function sparse(path: string, bytes: number): void {
  const file = openSync(path, 'w');
  ftruncateSync(file, bytes);
  closeSync(file);
}

/** What is in an image, compared as a whole. */
export function sameBytes(one: string, other: string): boolean {
  return readFileSync(one).equals(readFileSync(other));
}
