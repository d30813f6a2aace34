import { contentIn } from '../../src/host/content.js';
import { CopyError } from '../../src/host/copy/copy-error.js';
import { copyTree } from '../../src/host/copy/tree-copy.js';

/** Copies the directory in `source` to `target`: used from the beginning, from the end of the copy, never. */
const [source = '', target = '', use] = process.argv.slice(2);
const content = contentIn(source);
if (content === undefined) throw new Error('there is no content');
let looks = 0;
const isInUse = () => {
  looks += 1;
  return use === 'used' || (use === 'used soon' && looks > 1);
};
const run = { signal: new AbortController().signal, progress: () => undefined };
try {
  await copyTree(content, target, isInUse, run);
  process.stdout.write('copied');
} catch (error) {
  process.stdout.write(error instanceof CopyError ? error.reason : String(error));
}
