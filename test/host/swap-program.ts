import { renameSync } from 'node:fs';
import { workerData } from 'node:worker_threads';

/*
 * A program for tests, for a thread of its own: swaps directories for symlinks to others and back, again
 * and again, until it is ended.
 */

const pairs: readonly { readonly directory: string; readonly link: string }[] = workerData;

function attempt(from: string, to: string): void {
  try {
    renameSync(from, to);
  } catch {
    // It was removed in between.
  }
}

for (;;) {
  for (const { directory, link } of pairs) {
    attempt(directory, `${link}.aside`);
    attempt(link, directory);
    attempt(directory, link);
    attempt(`${link}.aside`, directory);
  }
}
