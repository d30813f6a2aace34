import { constants } from 'node:fs';
import { lstat, open, opendir, readlink, realpath } from 'node:fs/promises';
import { join } from 'node:path';

/** What a directory holds, hard links counted once. */
export interface Usage {
  /** Allocated, not apparent: a hole takes nothing. */
  readonly bytes: bigint;
  /** Files and directories, the directory itself included. */
  readonly inodes: bigint;
}

/** Counts what directories hold, by walking them. */
export interface DirectoryUsage {
  /**
   * The usage of a directory, at most `maxAgeMs` old. A walk that takes longer than `timeLimitMs` is
   * ended: the answer is then the last whole count, or what was counted so far.
   */
  of(directory: string): Promise<Usage>;
}

export function directoryUsage(options: {
  readonly maxAgeMs: number;
  readonly timeLimitMs: number;
}): DirectoryUsage {
  const counts = new Map<string, { readonly usage: Usage; readonly takenAt: number }>();
  const walks = new Map<string, Promise<Usage>>();

  async function count(directory: string): Promise<Usage> {
    const deadline = Date.now() + options.timeLimitMs;
    const { usage, whole } = await walk(directory, deadline);
    const last = counts.get(directory)?.usage;
    if (!whole && last !== undefined) return last;
    if (counts.size >= REMEMBERED) forgetOldest();
    counts.delete(directory);
    counts.set(directory, { usage, takenAt: Date.now() });
    return usage;
  }

  function forgetOldest(): void {
    const [oldest] = counts.keys();
    if (oldest !== undefined) counts.delete(oldest);
  }

  return {
    of(directory) {
      const known = counts.get(directory);
      if (known !== undefined && Date.now() - known.takenAt < options.maxAgeMs) {
        return Promise.resolve(known.usage);
      }
      const running = walks.get(directory);
      if (running !== undefined) return running;
      const walking = count(directory).finally(() => walks.delete(directory));
      walks.set(directory, walking);
      return walking;
    },
  };
}

/** How many directories' counts are kept. */
const REMEMBERED = 10_000;
/** How many files are looked at side by side. */
const BATCH = 64;

async function walk(
  root: string,
  deadline: number,
): Promise<{ readonly usage: Usage; readonly whole: boolean }> {
  const linked = new Set<bigint>();
  let device: bigint | undefined;
  let bytes = 0n;
  let inodes = 0n;
  const take = async (path: string): Promise<boolean> => {
    // What workloads remove meanwhile no longer counts.
    const stats = await lstat(path, { bigint: true }).catch(() => undefined);
    if (stats === undefined || linked.has(stats.ino)) return false;
    // What is mounted in the directory takes nothing of it.
    device ??= stats.dev;
    if (stats.dev !== device) return false;
    if (stats.nlink > 1n && !stats.isDirectory()) linked.add(stats.ino);
    bytes += stats.blocks * 512n;
    inodes += 1n;
    return stats.isDirectory();
  };

  await take(root);
  const pending = [await realpath(root).catch(() => root)];
  for (let directory = pending.pop(); directory !== undefined; directory = pending.pop()) {
    const path = directory;
    for await (const { link, names } of batches(path)) {
      if (Date.now() > deadline) return { usage: { bytes, inodes }, whole: false };
      const areDirectories = await Promise.all(names.map((name) => take(join(link, name))));
      const inside = names.filter((_, index) => areDirectories[index]);
      pending.push(...inside.map((name) => join(path, name)));
    }
  }
  return { usage: { bytes, inodes }, whole: true };
}

/** Some of the names in a directory, and a path that leads to that directory whatever stands in its place. */
interface Batch {
  readonly link: string;
  readonly names: readonly string[];
}

/**
 * What is in a directory, in pieces: it may be more than fits in memory. Nothing when the path leads
 * elsewhere by now: a workload may put a symlink where the directory was.
 */
async function* batches(directory: string): AsyncGenerator<Batch> {
  const { O_RDONLY, O_DIRECTORY, O_NOFOLLOW } = constants;
  const handle = await open(directory, O_RDONLY | O_DIRECTORY | O_NOFOLLOW).catch(() => undefined);
  // Gone meanwhile, or not to be read.
  if (handle === undefined) return;
  try {
    const link = `/proc/self/fd/${handle.fd}`;
    if ((await readlink(link)) !== directory) return;
    let names: string[] = [];
    for await (const { name } of await opendir(link, { bufferSize: BATCH })) {
      if (names.length === BATCH) {
        yield { link, names };
        names = [];
      }
      names.push(name);
    }
    yield { link, names };
  } finally {
    await handle.close();
  }
}
