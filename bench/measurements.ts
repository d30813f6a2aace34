import { openContest, type Assignment } from './contest.js';
import { stateDirectory } from './players.js';
import type { Results } from './results.js';
import { ALONE, AMONG_MANY, listings } from './scenarios.js';
import { timeStarts } from './start-up.js';

/** How often a start is timed. */
const STARTS = 7;

/** Measures what is planned; ends early, with what there is, when the signal aborts. */
export async function measure(assignment: Assignment): Promise<Results> {
  const { plan, place, signal, say } = assignment;
  const { levels, only } = plan;

  async function start(volumes: number, stateDir: (index: number) => string) {
    if (signal.aborted || !only.has('start')) return [];
    say(`starting; volumes present: ${volumes}`);
    return [{ volumes, ...(await timeStarts(STARTS, stateDir, signal)) }];
  }

  const starts = await start(0, (index) => stateDirectory(`empty-${index}`, place));
  const contest = await openContest(assignment);
  const memory = contest.memory();
  const runs = await contest.run(ALONE);
  if (only.size === 1 && only.has('probe')) return { runs, starts, memory };
  for (const level of levels) {
    await contest.growTo(level);
    runs.push(...(await contest.run(AMONG_MANY)));
  }
  const most = levels.at(-1) ?? 0;
  runs.push(...(await contest.run(listings(most))));
  memory.push(...contest.memory());
  const full = await contest.retireOurs();
  starts.push(...(await start(most, () => full)));
  return { runs, starts, memory };
}
