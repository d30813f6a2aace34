import type { Plan } from './arguments.js';
import {
  commonSteps,
  ownPlayer,
  peerPlayer,
  type OwnPlayer,
  type Place,
  type Player,
} from './players.js';
import { processMemory } from './process-memory.js';
import type { MemoryUse, Run } from './results.js';
import { takeTurns } from './rounds.js';
import type { Scenario } from './scenarios.js';

/** Our driver and, if there is one, the peer, side by side. */
export interface Contest {
  /** Gives each of them more volumes. */
  growTo(volumes: number): Promise<void>;
  /** Has them do what is planned of the scenarios, in turns. */
  run(scenarios: readonly Scenario[]): Promise<Run[]>;
  memory(): MemoryUse[];
  /** Ends our driver. Resolves with the directory of its state. */
  retireOurs(): Promise<string>;
}

/** What a part of the benchmark is given. */
export interface Assignment {
  readonly plan: Plan;
  readonly place: Place;
  /** Once it aborts, nothing more is begun. */
  readonly signal: AbortSignal;
  /** Tells whoever waits what is going on. */
  readonly say: (line: string) => void;
}

export async function openContest({ plan, place, signal, say }: Assignment): Promise<Contest> {
  const steps = await commonSteps(plan.peer);
  const ours = await ownPlayer('ours', steps, place);
  const peer = plan.peer && (await peerPlayer(plan.peer, steps, place));
  const [lowest] = plan.levels;
  /** Stays at the lowest level, to show what our driver's own volumes cost it. */
  let few: OwnPlayer | undefined;
  let present = 0;

  async function grow(player: Player, volumes: number): Promise<void> {
    if (signal.aborted) return;
    say(`${player.subject.name}: creating volumes until there are ${volumes}`);
    await player.volumes.growTo(volumes, signal);
  }

  return {
    async growTo(volumes) {
      for (const player of there([ours, peer])) await grow(player, volumes);
      present = volumes;
      if (lowest === undefined || volumes <= lowest || few !== undefined) return;
      few = await ownPlayer(`ours with ${lowest}`, steps, place);
      await grow(few, lowest);
    },

    async run(scenarios) {
      const runs: Run[] = [];
      for (const scenario of scenarios) {
        if (signal.aborted || !plan.only.has(scenario.name)) continue;
        say(`${scenario.title}; volumes present: ${present}`);
        // What a list costs depends on its length.
        const reference = scenario.name === 'list' ? undefined : few;
        const players = there([ours, peer, reference]);
        const subjects = players.map(({ subject }) => subject);
        const outcomes = await takeTurns(subjects, scenario, plan, signal);
        const of = (player: Player | undefined) => player && outcomes[players.indexOf(player)];
        const { title } = scenario;
        const run = {
          title,
          volumes: present,
          ours: of(ours) ?? [],
          peer: of(peer),
          few: of(reference),
        };
        runs.push(run);
      }
      return runs;
    },

    memory() {
      if (signal.aborted || !plan.only.has('memory')) return [];
      return there([ours, peer]).flatMap(({ subject: { name, pid } }) =>
        pid === undefined ? [] : [{ driver: name, volumes: present, ...processMemory(pid) }],
      );
    },

    async retireOurs() {
      await ours.stop();
      return ours.stateDir;
    },
  };
}

function there<Thing>(things: readonly (Thing | undefined)[]): Thing[] {
  return things.filter((thing) => thing !== undefined);
}
