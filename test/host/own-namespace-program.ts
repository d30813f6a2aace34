import { openSync, readdirSync, readlinkSync } from 'node:fs';
import { createServer } from 'node:net';
import { canMount } from '../../src/host/mount-right.js';
import { enterOwnNamespace, inOwnNamespace } from '../../src/host/own-namespace.js';

/*
 * A program for tests: prints what it is in one line of JSON, then enters a namespace of its own,
 * which runs it once more; there it tries to enter again. At the end it prints the reason.
 */

const [directory = '/'] = process.argv.slice(2);

function descriptors(): string[] {
  return readdirSync('/proc/self/fd').flatMap((name) => {
    try {
      return Number(name) > 2 ? [readlinkSync(`/proc/self/fd/${name}`)] : [];
    } catch {
      return []; // the one that the directory was read by
    }
  });
}

const inherited = descriptors();
openSync(import.meta.filename, 'r');
createServer().listen(0, '127.0.0.1', () => {
  const state = {
    pid: process.pid,
    cwd: process.cwd(),
    flags: process.execArgv,
    args: process.argv.slice(2),
    own: inOwnNamespace(),
    mount: canMount(directory),
    inherited,
    open: descriptors(),
  };
  console.log(JSON.stringify(state));
  const reason = enterOwnNamespace({ argv: process.argv, env: process.env });
  console.log(JSON.stringify({ reason }));
  process.exit(0);
});
