import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startDriver } from './own-driver.js';
import { ALONE, type Operation } from './scenarios.js';
import { median } from './statistics.js';
import { optionsFor, subjectAt, type Subject } from './subject.js';
import { figure, table } from './table.js';
import { undoList } from './undo-list.js';

/** What the call log costs: a driver that keeps one beside a driver that does not, in turns. */

const ROUNDS = 100;
/** How often each operation is done in a round. */
const TIMES = { probe: 300, lifecycle: 10 } as const;
const WARM_UP_ROUNDS = 10;

interface Player {
  readonly subject: Subject;
  readonly pid: number;
}

const directory = mkdtempSync(join(tmpdir(), 'csi-mock-bench-'));
const undo = undoList();
undo.add(() => rmSync(directory, { recursive: true }));
try {
  const players = [await player('without', ['--call-log-size=0']), await player('with', [])];
  const rows: string[][] = [];
  for (const name of ['probe', 'lifecycle'] as const) {
    const scenario = ALONE.find((each) => each.name === name && each.callers === 1);
    if (scenario === undefined) throw new Error(`there is no scenario ${name}`);
    const operations = await Promise.all(players.map(({ subject }) => scenario.begin(subject, 0)));
    undo.add(async () => void (await Promise.all(operations.map((each) => each.end()))));
    const [without = NaN, withLog = NaN, ratio = NaN] = await compare(operations, TIMES[name]);
    rows.push([scenario.title, figure(without), figure(withLog), `${ratio.toFixed(3)}x`]);
  }
  process.stdout.write(table(['operation', 'without, us', 'with, us', 'ratio'], rows));

  /** The middle figures of both, and the middle of the ratios round by round. */
  async function compare(operations: readonly Operation[], times: number): Promise<number[]> {
    const rounds: (readonly number[])[] = [];
    for (let round = -WARM_UP_ROUNDS; round < ROUNDS; round += 1) {
      const figures = players.map(() => 0);
      // Whoever is second finds a machine that the first has warmed or tired.
      const order = [...players.keys()];
      for (const index of round % 2 === 0 ? order : order.toReversed()) {
        figures[index] = await timed(players[index]?.pid ?? NaN, operations[index], times);
      }
      if (round >= 0) rounds.push(figures);
    }
    const of = (index: number): number => median(rounds.map((figures) => figures[index] ?? NaN));
    const ratios = rounds.map(([without = NaN, withLog = NaN]) => withLog / without);
    return [of(0), of(1), median(ratios)];
  }
} finally {
  await undo.run();
}

async function player(name: string, options: readonly string[]): Promise<Player> {
  const steps = { attach: true, stage: true };
  const place = join(directory, name);
  const driver = await startDriver(join(place, 'state'), [...optionsFor(steps), ...options]);
  undo.add(driver.stop);
  const { endpoint, pid } = driver;
  const subject = await subjectAt({ name, pid, endpoint, steps, directory: join(place, 'paths') });
  undo.add(() => subject.client.close());
  return { subject, pid };
}

/** In microseconds of the driver's processor time each, which other programs hardly lengthen. */
async function timed(
  pid: number,
  operation: Operation | undefined,
  times: number,
): Promise<number> {
  const before = processorTime(pid);
  for (let time = 0; time < times; time += 1) await operation?.run();
  return (processorTime(pid) - before) / times / 1000;
}

/** Of all threads of a process, in nanoseconds. */
function processorTime(pid: number): number {
  const tasks = `/proc/${pid}/task`;
  return readdirSync(tasks)
    .map((task) => Number(readFileSync(join(tasks, task, 'schedstat'), 'utf8').split(' ')[0]))
    .reduce((sum, time) => sum + time, 0);
}
