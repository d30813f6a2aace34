import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Content } from '../content.js';
import { CopyError, NoRoomError } from './copy-error.js';
import { goOn, type CopyRun } from './copy-run.js';
import { processWatch } from './process-watch.js';
import { unsafeSource, viewOf } from './source-view.js';

/** How often the program is looked at, in ms. */
const LOOK_MS = 1000;

/** After so many looks at a program that did nothing and waits for nothing on a disk, it hangs. */
const PATIENCE = 30;

/**
 * Copies a directory as cp(1) of the GNU coreutils does: with owners, modes, times, links, extended
 * attributes, ACLs, holes and special files, by reflinks where the file system has them. What workloads
 * remove or replace meanwhile may be missing; nothing but what is below `source` is ever read.
 * `target` must not exist. Throws a CopyError or a NoRoomError.
 *
 * `isInUse`: whether workloads may change the source now.
 */
export async function copyTree(
  source: Content,
  target: string,
  isInUse: () => boolean,
  run: CopyRun,
): Promise<void> {
  goOn(run);
  const { child, isSafe } = start(source, target, isInUse);
  const complaints = complaintsOf(child);
  const end = () => child.kill('SIGKILL');
  run.signal.addEventListener('abort', end, { once: true });
  const watch = processWatch(child.pid ?? 0);
  let isStuck = false;
  const looking = setInterval(() => {
    run.progress(watch.look());
    if (watch.idleLooks < PATIENCE) return;
    isStuck = true;
    end();
  }, LOOK_MS);
  try {
    // What a program says that cannot be run is among the complaints.
    await once(child, 'close').catch(() => undefined);
  } finally {
    clearInterval(looking);
    run.signal.removeEventListener('abort', end);
  }
  goOn(run);
  if (isStuck) {
    throw new CopyError('unsettled', 'a file was replaced by a FIFO while it was to be copied');
  }
  if (complaints.fatal !== undefined) throw complaints.fatal;
  const isExcused = child.exitCode === 1 && complaints.excused > 0;
  if (child.exitCode !== 0 && !isExcused) {
    throw new Error(`cp ended with ${child.exitCode ?? child.signalCode} and did not say why`);
  }
  // Somebody may have begun to use it.
  if (!isSafe && isInUse()) throw unsafeSource();
}

function start(
  source: Content,
  target: string,
  isInUse: () => boolean,
): { readonly child: ChildProcess; readonly isSafe: boolean } {
  using view = viewOf(source);
  const { isSafe } = view;
  if (!isSafe && isInUse()) throw unsafeSource();
  // The program inherits the view, as SOURCE says, and is then the only one that holds it.
  const child = spawn('cp', ['-aT', '--reflink=auto', '--', `${SOURCE}.`, target], {
    stdio: ['ignore', 'ignore', 'pipe', view.number],
    env: { PATH: process.env['PATH'], LC_ALL: 'C' },
  });
  return { child, isSafe };
}

const SOURCE = '/proc/self/fd/3/';

/** What the program says about files of the source that are not what they were a moment ago. */
const VANISHED = new RegExp(
  `^cp: [^'"]*['"]${SOURCE}.*(?:: No such file or directory|: Not a directory|: Stale file handle` +
    '|: Too many levels of symbolic links|as it was replaced while being copied)$' +
    `|^cp: cannot read symbolic link ['"]${SOURCE}.*: Invalid argument$`,
);

/** Only root outside of any user namespace can give files to anyone. Others keep them, as cp does. */
const NOT_GIVEN =
  /^cp: failed to preserve ownership for .*: (?:Invalid argument|Operation not permitted)$/;

/** What the program has complained of. Its first word that counts ends it; `excused`: those that do not. */
function complaintsOf(child: ChildProcess): {
  readonly fatal: Error | undefined;
  readonly excused: number;
} {
  let fatal: Error | undefined;
  let excused = 0;
  child.on('error', (cause) => {
    fatal ??= new Error('cp of the GNU coreutils cannot be run', { cause });
  });
  if (child.stderr !== null) {
    createInterface({ input: child.stderr, crlfDelay: Infinity }).on('line', (line) => {
      if (VANISHED.test(line) || NOT_GIVEN.test(line)) {
        excused += 1;
        return;
      }
      fatal ??= fatalError(line);
      child.kill('SIGKILL');
    });
  }
  return {
    get fatal() {
      return fatal;
    },
    get excused() {
      return excused;
    },
  };
}

function fatalError(line: string): Error {
  if (line.endsWith(': No space left on device')) return new NoRoomError('ENOSPC', line);
  if (line.endsWith(': Disk quota exceeded')) return new NoRoomError('EDQUOT', line);
  if (line.endsWith(': File name too long')) {
    const cause = new Error(line);
    const message = 'the volume holds paths longer than 4095 bytes, which cannot be copied';
    return new CopyError('not-readable', message, { cause });
  }
  return new Error(line);
}
