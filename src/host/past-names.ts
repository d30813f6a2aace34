import { mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Names that were in use once. */
export interface PastNames {
  add(name: string): void;
  has(name: string): boolean;
}

/** Keeps names across restarts as empty files of a directory; beyond `most`, the oldest are forgotten. */
export function openPastNames(directory: string, most: number): PastNames {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const timeOf = (name: string) => statSync(join(directory, name)).mtimeMs;
  const found = readdirSync(directory).map((name) => ({ name, time: timeOf(name) }));
  /** The oldest first. */
  const names = new Set(found.toSorted((a, b) => a.time - b.time).map(({ name }) => name));
  return {
    has: (name) => names.has(name),
    add(name) {
      writeFileSync(join(directory, name), '');
      names.delete(name);
      names.add(name);
      for (const oldest of names) {
        if (names.size <= most) return;
        rmSync(join(directory, oldest), { force: true });
        names.delete(oldest);
      }
    },
  };
}
