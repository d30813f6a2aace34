import { parseArgs } from 'node:util';
import { SCENARIO_NAMES, type ScenarioName } from './scenarios.js';

/** What to measure, and how long. */
export interface Plan {
  readonly only: ReadonlySet<ScenarioName>;
  /** How many volumes are present, one level after the other, after the runs with none. */
  readonly levels: readonly number[];
  readonly rounds: number;
  readonly roundMs: number;
  readonly peer: PeerAddress | undefined;
}

/** A driver that runs already, to compare with. */
export interface PeerAddress {
  readonly endpoint: string;
  /** For its memory; undefined: not reported. */
  readonly pid: number | undefined;
}

export const HELP = `Measures the driver, in a process of its own, with real mounts: needs the right to mount.

Usage: npm run bench -- [options]
  --peer ADDRESS     compare with the driver that listens at unix:///..., in turns
  --peer-pid PID     its process, to compare the memory too
  --only LIST        of ${SCENARIO_NAMES.join(', ')}
  --volumes LIST     numbers of volumes to be present (default: 100,1000,10000)
  --rounds N         turns of each driver (default: 7)
  --round-ms MS      length of a turn (default: 1000)
  --quick            3 rounds of 300 ms, with 100 and 1000 volumes
  --help
`;

/** Undefined when help was asked for. Throws an Error with a message for whoever wrote the arguments. */
export function planFrom(args: readonly string[]): Plan | undefined {
  const { values } = parseArgs({
    args: [...args],
    options: {
      peer: { type: 'string' },
      'peer-pid': { type: 'string' },
      only: { type: 'string' },
      volumes: { type: 'string' },
      rounds: { type: 'string' },
      'round-ms': { type: 'string' },
      quick: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return undefined;
  const { quick, peer, only } = values;
  const pid = values['peer-pid'];
  const levels = (values.volumes ?? (quick ? '100,1000' : '100,1000,10000')).split(',');
  return {
    only: new Set(only === undefined ? SCENARIO_NAMES : only.split(',').map(scenarioName)),
    levels: levels.map((level) => count(level, '--volumes')).toSorted((a, b) => a - b),
    rounds: count(values.rounds ?? (quick ? '3' : '7'), '--rounds'),
    roundMs: count(values['round-ms'] ?? (quick ? '300' : '1000'), '--round-ms'),
    peer:
      peer === undefined
        ? undefined
        : { endpoint: peer, pid: pid === undefined ? undefined : count(pid, '--peer-pid') },
  };
}

function scenarioName(text: string): ScenarioName {
  const name = SCENARIO_NAMES.find((each) => each === text);
  if (name !== undefined) return name;
  throw new Error(`--only: expected ${SCENARIO_NAMES.join(', ')}, got ${JSON.stringify(text)}`);
}

function count(text: string, option: string): number {
  if (/^[1-9]\d{0,6}$/.test(text)) return Number(text);
  throw new Error(`${option}: expected a whole number from 1 on, got ${JSON.stringify(text)}`);
}
