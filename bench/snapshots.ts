import { execFile, execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { randomBytes } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { startDriver } from './own-driver.js';
import { median } from './statistics.js';
import { stepsOf, subjectAt, type Subject } from './subject.js';
import { undoList } from './undo-list.js';
import { createVolume, volumeLife } from './volume-life.js';

/*
 * How long CreateSnapshot takes for a directory of 1 GiB in 10,000 files, beside cp(1) with its own
 * flush on the same file system, in turns, and how long other calls take meanwhile.
 *
 *     node dist/bench/snapshots.js [DIRECTORY]
 */

const FILES = 10_000;
const BYTES = 2 ** 30;
const ROUNDS = 3;

const run = promisify(execFile);

/** What goes on while other calls are timed. */
const MEANWHILE = ['nothing', 'cp', 'CreateSnapshot'] as const;

interface Results {
  /** In ms, a pair for each round. */
  readonly rounds: readonly { readonly cp: number; readonly snapshot: number }[];
  /** The median time of creating and deleting a volume, in ms, and what goes on meanwhile. */
  readonly calls: Readonly<Record<(typeof MEANWHILE)[number], number>>;
}

const undo = undoList();
try {
  const directory = mkdtempSync(join(process.argv[2] ?? tmpdir(), 'csi-mock-bench-'));
  undo.add(() => rmSync(directory, { recursive: true }));
  report(await measure(directory));
} finally {
  await undo.run();
}

async function measure(directory: string): Promise<Results> {
  const stateDir = join(directory, 'state');
  const driver = await startDriver(stateDir);
  undo.add(() => driver.stop());
  const { endpoint, pid } = driver;
  const steps = await stepsOf(endpoint);
  const subject = await subjectAt({ name: 'ours', pid, steps, directory, endpoint });
  undo.add(() => subject.client.close());
  const source_volume_id = await createVolume(subject);
  const data = join(stateDir, 'pool', 'volumes', source_volume_id, 'data');
  populate(data);
  const { controller } = subject.client;
  let cuts = 0;

  const flush = async () => void (await run('sync', ['-f', directory]));

  async function byCp(): Promise<void> {
    await run('cp', ['-a', '--reflink=auto', data, join(directory, 'copy')]);
    await flush();
  }

  async function bySnapshot(): Promise<void> {
    cuts += 1;
    await controller.CreateSnapshot({ name: `bench-${process.pid}-${cuts}`, source_volume_id });
  }

  /** Removes all copies, and lets the disk come to rest. */
  async function clear(): Promise<void> {
    rmSync(join(directory, 'copy'), { recursive: true, force: true });
    for (const { snapshot } of (await controller.ListSnapshots({})).entries) {
      await controller.DeleteSnapshot({ snapshot_id: snapshot?.snapshot_id ?? '' });
    }
    while (readdirSync(join(stateDir, 'pool', 'trash-snapshots')).length > 0) await delay(100);
    await flush();
    await delay(1000);
  }

  const rounds: { cp: number; snapshot: number }[] = [];
  for (let number = 1; number <= ROUNDS; number += 1) {
    await clear();
    const cp = await timed(byCp);
    await clear();
    rounds.push({ cp, snapshot: await timed(bySnapshot) });
    process.stderr.write(`round ${number} of ${ROUNDS}\n`);
  }
  const calls = { nothing: NaN, cp: NaN, CreateSnapshot: NaN };
  const events = { nothing: () => delay(2000), cp: byCp, CreateSnapshot: bySnapshot };
  for (const what of MEANWHILE) {
    await clear();
    calls[what] = await callsDuring(subject, events[what]());
  }
  return { rounds, calls };
}

/** The median time of creating and deleting a volume, again and again until something is over. */
async function callsDuring(subject: Subject, event: Promise<unknown>): Promise<number> {
  let isOver = false;
  const ended = event.finally(() => {
    isOver = true;
  });
  const life = volumeLife(subject, 0);
  const times: number[] = [];
  const isGoingOn = () => !isOver;
  while (isGoingOn()) {
    times.push(
      await timed(async () => {
        await life.create();
        await life.remove();
      }),
    );
  }
  await ended;
  return median(times);
}

async function timed(act: () => Promise<void>): Promise<number> {
  const begun = performance.now();
  await act();
  return performance.now() - begun;
}

function populate(data: string): void {
  const content = randomBytes(Math.ceil(BYTES / FILES));
  for (let number = 0; number < FILES; number += 1) {
    const directory = join(data, String(number % 100));
    mkdirSync(directory, { recursive: true });
    writeFileSync(join(directory, String(number)), content);
  }
  execFileSync('sync', ['-f', data]);
}

function report({ rounds, calls }: Results): void {
  const lines = [
    `cp -a --reflink=auto and its flush: ${median(rounds.map(({ cp }) => cp)).toFixed(0)} ms`,
    `CreateSnapshot: ${median(rounds.map(({ snapshot }) => snapshot)).toFixed(0)} ms`,
    `ratio: ${median(rounds.map(({ cp, snapshot }) => snapshot / cp)).toFixed(2)}`,
    ...MEANWHILE.map(
      (what) => `create and delete a volume, meanwhile ${what}: ${calls[what].toFixed(1)} ms`,
    ),
  ];
  process.stdout.write(`${lines.join('\n')}\n`);
}
