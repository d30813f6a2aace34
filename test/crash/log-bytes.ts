import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** What the log of the store in a state directory holds now. LevelDB begins a new one from time to time. */
export function logBytes(stateDir: string): number {
  const store = join(stateDir, 'store');
  return readdirSync(store)
    .filter((name) => name.endsWith('.log'))
    .reduce(
      (sum, name) => sum + (statSync(join(store, name), { throwIfNoEntry: false })?.size ?? 0),
      0,
    );
}
