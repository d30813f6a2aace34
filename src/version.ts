import { readFileSync } from 'node:fs';

/** The version of this package, from its package.json. */
export const VERSION: string = read();

function read(): string {
  // Two directories up from the compiled file, in a checkout as in an installed package.
  const file = new URL('../../package.json', import.meta.url);
  const found: unknown = JSON.parse(readFileSync(file, 'utf8'));
  if (typeof found !== 'object' || found === null || !('version' in found)) {
    throw new Error(`${file.pathname} names no version`);
  }
  return String(found.version);
}
