import type { Operation, Scenario } from './scenarios.js';
import { median, quantile } from './statistics.js';
import type { Subject } from './subject.js';

/** What one driver did in one turn. */
interface Round {
  /** Operations per second. */
  readonly rate: number;
  /** Microseconds per operation. */
  readonly median: number;
  readonly p99: number;
}

/** What one driver did in all its turns, or why it could not. */
export type Outcome = readonly Round[] | { readonly failure: string };

export interface Turns {
  readonly rounds: number;
  readonly roundMs: number;
}

/**
 * Has the drivers do the same in turns, so that whatever else the machine does meets all of them.
 * One that fails is left out from then on; the outcomes are in the order of the drivers.
 */
export async function takeTurns(
  subjects: readonly Subject[],
  scenario: Scenario,
  { rounds, roundMs }: Turns,
  signal: AbortSignal,
): Promise<readonly Outcome[]> {
  const players = subjects.map((subject) => player(subject, scenario, signal));
  try {
    // To warm up: code that is run for the first times is slow, wherever a just-in-time compiler is.
    for (const each of players) await each.play(2 * roundMs);
    for (const each of players) each.forget();
    for (let round = 0; round < rounds; round += 1) {
      // Whoever plays second finds a machine that the first has warmed or tired.
      for (const each of round % 2 === 0 ? players : players.toReversed()) {
        if (!signal.aborted) await each.play(roundMs);
      }
    }
  } finally {
    for (const each of players) await each.end();
  }
  return players.map((each) => each.outcome());
}

function player(subject: Subject, scenario: Scenario, signal: AbortSignal) {
  const operations: Operation[] = [];
  let rounds: Round[] = [];
  let failure: string | undefined;

  async function playRound(ms: number): Promise<Round> {
    for (let caller = operations.length; caller < scenario.callers; caller += 1) {
      operations.push(await scenario.begin(subject, caller));
    }
    const times: number[] = [];
    const begun = performance.now();
    const isOver = () => performance.now() - begun >= ms || signal.aborted;
    await allEnded(operations.map((operation) => repeat(operation, isOver, times)));
    const seconds = (performance.now() - begun) / 1000;
    return { rate: times.length / seconds, median: median(times), p99: quantile(times, 0.99) };
  }

  return {
    async play(ms: number) {
      if (failure !== undefined) return;
      try {
        rounds.push(await playRound(ms));
      } catch (error) {
        failure = error instanceof Error ? error.message : String(error);
      }
    },
    forget() {
      rounds = [];
    },
    async end() {
      for (const operation of operations) await operation.end();
    },
    outcome: (): Outcome => (failure === undefined ? rounds : { failure }),
  };
}

async function repeat(operation: Operation, isOver: () => boolean, times: number[]): Promise<void> {
  do {
    const start = performance.now();
    await operation.run();
    times.push((performance.now() - start) * 1000);
  } while (!isOver());
}

/** Rejects only when all have ended: what still runs must not be taken back. */
async function allEnded(work: readonly Promise<void>[]): Promise<void> {
  await Promise.allSettled(work);
  await Promise.all(work);
}

/** The middle of a figure over all rounds; NaN when the driver could not do it. */
export function typical(outcome: Outcome, figure: keyof Round): number {
  return 'failure' in outcome ? NaN : median(outcome.map((round) => round[figure]));
}

/** The middle of the ratios of two drivers' rates, round by round; NaN when one could not do it. */
export function rateRatio(ours: Outcome, others: Outcome): number {
  if ('failure' in ours || 'failure' in others) return NaN;
  const ratios = ours.flatMap(({ rate }, round) => rate / (others[round]?.rate ?? NaN));
  return median(ratios);
}
