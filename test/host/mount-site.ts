import { execFileSync } from 'node:child_process';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { BindRequest, Mounter } from '../../src/host/mounter.js';
import { identityOf, scratch, type Scratch } from './scratch.js';

/** What can stand at a target. */
export type Thing =
  | 'nothing'
  | 'an empty directory'
  | 'a directory with content'
  | 'an empty file'
  | 'a file with content'
  | 'a symlink to an empty directory'
  | 'a symlink to nothing'
  | 'a named pipe'
  | 'a mount of the same directory'
  | 'a mount of a file'
  | 'a mount of another directory';

/** A scratch file system with something to show and a place to show it at. */
export interface MountSite extends Scratch {
  readonly mounter: Mounter;
  readonly work: string;
  /** A directory with a file `content`, and a file: sources. */
  readonly directory: string;
  readonly file: string;
  /** Absent; its parent is there. */
  readonly target: string;
  /** The request to show `directory` at `target`, but for the changes. */
  request(changes?: Partial<BindRequest>): BindRequest;
  bind(changes?: Partial<BindRequest>): void;
  /** Puts something at the target. */
  put(thing: Thing): void;
}

export function mountSite(
  open: (workDirectory: string) => Mounter,
  propagation?: 'private' | 'shared',
): MountSite {
  const place = scratch(propagation);
  const work = place.make('work');
  const mounter = open(work);
  const directory = place.make('volumes', 'directory');
  writeFileSync(join(directory, 'content'), 'data');
  const file = place.path('volumes', 'image');
  writeFileSync(file, 'block data');
  const target = join(place.make('pods'), 'target');

  const request = (changes: Partial<BindRequest> = {}): BindRequest => {
    const source = changes.source ?? directory;
    const identity = changes.identity ?? identityOf(source);
    return { source, target, createTarget: true, attributes: [], ...changes, identity };
  };
  const bind = (changes?: Partial<BindRequest>) => mounter.bind(request(changes));
  const putting: Readonly<Record<Thing, () => void>> = {
    nothing: () => {},
    'an empty directory': () => mkdirSync(target),
    'a directory with content': () => mkdirSync(join(target, 'content'), { recursive: true }),
    'an empty file': () => writeFileSync(target, ''),
    'a file with content': () => writeFileSync(target, 'content'),
    'a symlink to an empty directory': () => symlinkSync(place.make('elsewhere'), target),
    'a symlink to nothing': () => symlinkSync('nothing', target),
    'a named pipe': () => void execFileSync('mkfifo', [target]),
    'a mount of the same directory': () => bind(),
    'a mount of a file': () => bind({ source: file }),
    'a mount of another directory': () => bind({ source: place.make('other') }),
  };
  const put = (thing: Thing) => putting[thing]();
  return { ...place, mounter, work, directory, file, target, request, bind, put };
}
