import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ClassicLevel } from 'classic-level';
import { openLevel, type LevelOptions } from '../../src/store/level.js';
import { openStore } from '../../src/store/open-store.js';
import type { Store } from '../../src/store/store.js';

/** A state directory, absent at first, with a path as users have them. */
export interface StateDirectory {
  readonly path: string;
  open(sync?: LevelOptions['sync']): Promise<Store>;
  /** Opens the store, lets `use` work with it, and closes it. */
  with<Result>(use: (store: Store) => Promise<Result>): Promise<Result>;
  /** Changes the database behind the store's back. */
  tamper(change: (level: ClassicLevel) => Promise<void>): Promise<void>;
  /** The names and contents of all files but LevelDB's own log of events and its lock. */
  files(): Promise<Map<string, string>>;
  /** The path of the file in it whose name matches. */
  find(name: RegExp): Promise<string>;
  remove(): Promise<void>;
}

export async function makeStateDirectory(): Promise<StateDirectory> {
  const scratch = await mkdtemp(join(tmpdir(), "store d'été 数 "));
  const path = join(scratch, 'absent', 'state');

  const directory: StateDirectory = {
    path,

    async open(sync = 'always') {
      return openStore(await openLevel(path, { sync }));
    },

    async with(use) {
      const store = await directory.open();
      try {
        return await use(store);
      } finally {
        await store.close();
      }
    },

    async tamper(change) {
      const level = new ClassicLevel(path);
      try {
        await level.open({ createIfMissing: false });
        await change(level);
      } finally {
        await level.close();
      }
    },

    async files() {
      const names = (await readdir(path)).filter((name) => !/^LO(G|CK)/.test(name));
      const contents = names.map(async (name) => readFile(join(path, name), 'latin1'));
      return new Map(
        (await Promise.all(contents)).map((content, index) => [names[index] ?? '', content]),
      );
    },

    async find(name) {
      const found = (await readdir(path)).find((each) => name.test(each));
      if (found === undefined) throw new Error(`no file in ${path} matches ${String(name)}`);
      return join(path, found);
    },

    async remove() {
      await rm(scratch, { recursive: true, force: true });
    },
  };
  return directory;
}
