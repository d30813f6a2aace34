import { lstat, opendir } from 'node:fs/promises';
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
  let bytes = 0n;
  let inodes = 0n;
  const take = async (path: string): Promise<boolean> => {
    // What workloads remove meanwhile no longer counts.
    const stats = await lstat(path, { bigint: true }).catch(() => undefined);
    if (stats === undefined || linked.has(stats.ino)) return false;
    if (stats.nlink > 1n && !stats.isDirectory()) linked.add(stats.ino);
    bytes += stats.blocks * 512n;
    inodes += 1n;
    return stats.isDirectory();
  };

  await take(root);
  const pending = [root];
  for (let directory = pending.pop(); directory !== undefined; directory = pending.pop()) {
    for await (const paths of batches(directory)) {
      if (Date.now() > deadline) return { usage: { bytes, inodes }, whole: false };
      const areDirectories = await Promise.all(paths.map(take));
      pending.push(...paths.filter((_, index) => areDirectories[index]));
    }
  }
  return { usage: { bytes, inodes }, whole: true };
}

/** What is in a directory, in pieces: it may be more than fits in memory. The last piece may be empty. */
async function* batches(directory: string): AsyncGenerator<string[]> {
  let batch: string[] = [];
  try {
    for await (const { name } of await opendir(directory, { bufferSize: BATCH })) {
      if (batch.length === BATCH) {
        yield batch;
        batch = [];
      }
      batch.push(join(directory, name));
    }
  } catch {
    // Gone meanwhile, or not to be read.
  }
  yield batch;
}
