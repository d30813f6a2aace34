import type { Results, Run } from './results.js';
import { rateRatio, typical, type Outcome } from './rounds.js';
import { figure, ratio, table } from './table.js';

/** The results as Markdown tables, which are text to read as well. */
export function report({ runs, starts, memory }: Results): string {
  return [
    runs.length > 0 && runTable(runs),
    starts.length > 0 &&
      table(
        ['start of ours, volumes present', 'first answer, ms', 'ready, ms', 'resident, MB'],
        starts.map(({ volumes, answered, ready, resident }) =>
          [volumes, answered, ready, resident / 1e6].map(figure),
        ),
      ),
    memory.length > 0 &&
      table(
        ['memory', 'volumes present', 'resident, MB', 'peak, MB'],
        memory.map(({ driver, volumes, resident, peak }) => [
          driver,
          ...[volumes, resident / 1e6, peak / 1e6].map(figure),
        ]),
      ),
    ...runs.flatMap(failures),
  ]
    .filter(Boolean)
    .join('\n');
}

function runTable(runs: readonly Run[]): string {
  const withPeer = runs.some(({ peer }) => peer !== undefined);
  const withFew = runs.some(({ few }) => few !== undefined);
  const lowest = Math.min(...runs.map(({ volumes }) => volumes).filter((volumes) => volumes > 0));
  const ownHead = withPeer
    ? ['ours/s', 'median us', 'p99 us']
    : ['per second', 'median us', 'p99 us'];
  const peerHead = withPeer ? ['peer/s', 'median us', 'p99 us', 'ours:peer'] : [];
  const head = [
    '',
    'volumes',
    ...ownHead,
    ...peerHead,
    ...(withFew ? [`cost to that with ${lowest}`] : []),
  ];
  const rows = runs.map(({ title, volumes, ours, peer, few }) => [
    title,
    figure(volumes),
    ...figures(ours),
    ...(withPeer ? [...figures(peer), peer ? ratio(rateRatio(ours, peer)) : '-'] : []),
    ...(withFew ? [few ? ratio(rateRatio(few, ours)) : '-'] : []),
  ]);
  return table(head, rows);
}

function figures(outcome: Outcome | undefined): string[] {
  const columns = ['rate', 'median', 'p99'] as const;
  return columns.map((column) => (outcome === undefined ? '-' : figure(typical(outcome, column))));
}

function failures({ title, volumes, ...outcomes }: Run): string[] {
  return Object.entries(outcomes).flatMap(([driver, outcome]) =>
    outcome !== undefined && 'failure' in outcome
      ? [`${title}, ${volumes} volumes: ${driver} failed: ${outcome.failure}\n`]
      : [],
  );
}
