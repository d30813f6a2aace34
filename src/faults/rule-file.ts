import { readFileSync, statSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import type { Log } from '../log.js';
import { FaultRuleError } from './fault-rule-error.js';
import { LONGEST_RULES } from './rule-text.js';

/** Takes the text of the file. Throws a FaultRuleError, with nothing changed. */
export type Load = (text: string) => void;

/** A file of rules that cannot be used, when the driver starts. The message says what to do. */
export class RuleFileError extends Error {
  override readonly name = 'RuleFileError';
}

export interface WatchedFile {
  stop(): void;
}

/** In ms. Polling sees what no notice comes of: a mount that swaps a directory above the file. */
const INTERVAL = 1000;

/**
 * Loads the rules of a file, then again whenever it has changed, as a ConfigMap's does by a swap of
 * symbolic links. Throws a RuleFileError when they cannot be loaded now; later, the log says why and
 * the rules stay as they are.
 */
export function watchRuleFile(
  path: string,
  load: Load,
  log: Log,
  intervalMs: number = INTERVAL,
): WatchedFile {
  let version: string | undefined;
  let loaded: string;
  try {
    version = versionOf(statSync(path, { bigint: true }));
    loaded = read(path);
    load(loaded);
  } catch (error) {
    throw new RuleFileError(`fault rules in ${path}: ${reason(error)}`, { cause: error });
  }

  let isLooking = false;
  let isStopped = false;
  const timer = setInterval(() => {
    if (isLooking) return;
    isLooking = true;
    void look().finally(() => {
      isLooking = false;
    });
  }, intervalMs);
  timer.unref();
  return {
    stop() {
      isStopped = true;
      clearInterval(timer);
    },
  };

  async function look(): Promise<void> {
    // A file that is gone may be on its way: that is told once, as every other change.
    const now = await stat(path, { bigint: true }).then(versionOf, () => undefined);
    if (isStopped || now === version) return;
    version = now;
    try {
      const text = read(path);
      if (text === loaded) return;
      load(text);
      loaded = text;
      log.info({ file: path }, 'the fault rules were read anew');
    } catch (error) {
      log.error({ file: path, reason: reason(error) }, 'the fault rules stay as they are');
    }
  }
}

/** Differs whenever the file is another, or may have another content. */
function versionOf(stats: {
  readonly dev: bigint;
  readonly ino: bigint;
  readonly size: bigint;
  readonly mtimeNs: bigint;
  readonly ctimeNs: bigint;
}): string {
  const { dev, ino, size, mtimeNs, ctimeNs } = stats;
  return [dev, ino, size, mtimeNs, ctimeNs].join();
}

function read(path: string): string {
  const { size } = statSync(path);
  if (size > LONGEST_RULES) throw new Error(`the file has more than ${LONGEST_RULES} bytes`);
  return readFileSync(path, 'utf8');
}

function reason(error: unknown): string {
  if (error instanceof FaultRuleError) return error.message;
  return error instanceof Error ? error.message : 'cannot be read';
}
