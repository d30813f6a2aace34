import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { HELP, planFrom, type Plan } from './arguments.js';
import { measure } from './measurements.js';
import { report } from './report.js';
import { undoList } from './undo-list.js';

/** The exit code of a program that Ctrl-C ended. */
const INTERRUPTED = 130;

process.exitCode = await run(process.argv.slice(2));

async function run(args: readonly string[]): Promise<number> {
  let plan: Plan | undefined;
  try {
    plan = planFrom(args);
  } catch (error) {
    return fail(error, 2);
  }
  if (plan !== undefined) return runPlan(plan).catch((error: unknown) => fail(error, 1));
  process.stdout.write(HELP);
  return 0;
}

function fail(error: unknown, exitCode: number): number {
  process.stderr.write(`bench: ${error instanceof Error ? error.message : String(error)}\n`);
  return exitCode;
}

async function runPlan(plan: Plan): Promise<number> {
  const interrupt = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      if (!interrupt.signal.aborted) process.stderr.write('ending and cleaning up\n');
      interrupt.abort();
    });
  }
  const directory = mkdtempSync(join(tmpdir(), 'csi-mock-bench-'));
  const undo = undoList();
  undo.add(() => rmSync(directory, { recursive: true }));
  try {
    const results = await measure({
      plan,
      place: { directory, undo },
      signal: interrupt.signal,
      say: (line) => process.stderr.write(`${line}\n`),
    });
    process.stdout.write(report(results));
    const failed = results.runs.some(({ ours }) => 'failure' in ours);
    if (failed) return 1;
  } finally {
    await undo.run();
  }
  return interrupt.signal.aborted ? INTERRUPTED : 0;
}
