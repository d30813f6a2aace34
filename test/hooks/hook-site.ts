import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { HookOutcome, HookPoint } from '../../src/hooks/hook.js';
import { startHookWorker, type HookWorker } from '../../src/hooks/hook-worker.js';
import { createLog } from '../../src/log.js';
import { PATIENCE_MS } from '../patience.js';

/** Files of hooks, and the threads that run them. */
export interface HookSite {
  /** What was logged since the test began. */
  readonly lines: readonly Readonly<Record<string, unknown>>[];
  /** Writes a file and loads it. */
  start(name: string, text: string, timeoutMs?: number): Promise<HookWorker>;
  /** The path of a file beside them. */
  path(name: string): string;
}

/** A site for each test of a suite; all threads end with it. */
export function withHookSite(): HookSite {
  let directory = '';
  let lines: Record<string, unknown>[] = [];
  let workers: HookWorker[] = [];
  const log = createLog({
    level: 'info',
    format: 'json',
    destination: { write: (line) => void lines.push(JSON.parse(line)) },
  });
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'csi-mock-hooks-'));
    lines = [];
  });
  afterEach(async () => {
    await Promise.all(workers.map((worker) => worker.stop()));
    workers = [];
    rmSync(directory, { recursive: true });
  });
  return {
    get lines() {
      return lines;
    },
    async start(name, text, timeoutMs = PATIENCE_MS) {
      const path = join(directory, name);
      writeFileSync(path, text);
      const worker = await startHookWorker(path, timeoutMs, log);
      workers.push(worker);
      return worker;
    },
    path: (name) => join(directory, name),
  };
}

/** Runs a hook for a call of an RPC of the Controller service. */
export function runHook(
  worker: HookWorker,
  point: HookPoint,
  method: string,
  { request = {}, response }: { readonly request?: object; readonly response?: object } = {},
): Promise<HookOutcome> {
  return worker.run(point, { method, service: 'Controller', node: 'node-1', request }, response);
}
