import { sameMap, type StringMap } from './equality.js';
import { refuse, type Refusal } from './verdict.js';

/** Segments by topology key, for example `{ "topology.mock.csi.test/node": "node-1" }`. */
export type Topology = StringMap;

/** `TopologyRequirement` (spec: "CreateVolume"); an empty list: not given. */
export interface TopologyRequirement {
  readonly requisite: readonly Topology[];
  readonly preferred: readonly Topology[];
}

type TopologyVerdict =
  | { readonly answer: 'OK'; readonly accessible: readonly Topology[] }
  | Refusal<'RESOURCE_EXHAUSTED'>;

/**
 * Where a new volume becomes accessible: in one of the topologies that this driver provisions in
 * (`available`; empty: everywhere, without constraints) and, where they are given, a requisite one: the
 * first preferred one that fits, else any.
 */
export function decideTopology(
  requirement: TopologyRequirement | undefined,
  available: readonly Topology[],
): TopologyVerdict {
  const [first] = available;
  if (first === undefined) return { answer: 'OK', accessible: [] };
  if (requirement === undefined) return { answer: 'OK', accessible: [first] };
  const { requisite, preferred } = requirement;
  const allowed =
    requisite.length === 0
      ? available
      : available.filter((topology) => requisite.some((wanted) => sameMap(topology, wanted)));
  for (const wanted of [...preferred, ...requisite]) {
    const found = allowed.find((topology) => sameMap(topology, wanted));
    if (found !== undefined) return { answer: 'OK', accessible: [found] };
  }
  if (requisite.length === 0) return { answer: 'OK', accessible: [first] };
  return refuse(
    'RESOURCE_EXHAUSTED',
    `accessibility_requirements: no requisite topology is one of ${words(available)}`,
  );
}

/** Whether a volume can be reached from one of the requisite topologies. */
export function reaches(
  accessible: readonly Topology[],
  requirement: TopologyRequirement | undefined,
): boolean {
  if (accessible.length === 0 || requirement === undefined || requirement.requisite.length === 0) {
    return true;
  }
  return accessible.some((topology) =>
    requirement.requisite.some((wanted) => sameMap(topology, wanted)),
  );
}

function words(topologies: readonly Topology[]): string {
  return topologies
    .map((topology) =>
      Object.entries(topology)
        .map(([key, value]) => `${key}=${value}`)
        .join(','),
    )
    .join(' or ');
}
