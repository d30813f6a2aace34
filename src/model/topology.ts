import type { StringMap } from './equality.js';
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
 * first preferred one that fits, else the first requisite one.
 */
export function decideTopology(
  requirement: TopologyRequirement | undefined,
  available: readonly Topology[],
): TopologyVerdict {
  const [first] = available;
  if (first === undefined) return { answer: 'OK', accessible: [] };
  const { requisite, preferred } = requirement ?? { requisite: [], preferred: [] };
  const allowed =
    requisite.length === 0
      ? available
      : available.filter((topology) => requisite.some((wanted) => meet(topology, wanted)));
  for (const wanted of [...preferred, ...requisite]) {
    const found = allowed.find((topology) => meet(topology, wanted));
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
  return requirement.requisite.some((wanted) => isIn(wanted, accessible));
}

/**
 * Why a volume cannot be used on a node; undefined when the node is in a topology from which the volume is
 * accessible (spec: "CreateVolume", `Volume.accessible_topology`).
 */
export function unreachable(
  volume: { readonly id: string; readonly accessibleTopology: readonly Topology[] },
  node: { readonly nodeId: string; readonly topology: Topology | null },
): string | undefined {
  const { id, accessibleTopology } = volume;
  const { nodeId, topology } = node;
  if (topology === null || accessibleTopology.length === 0 || isIn(topology, accessibleTopology)) {
    return undefined;
  }
  return `volume ${id} cannot be reached from node ${nodeId}: it is accessible from ${words(accessibleTopology)} only`;
}

/** Whether a topology is one of some others, or a part of one, or has one as its part. */
export function isIn(topology: Topology, others: readonly Topology[]): boolean {
  return others.some((other) => meet(topology, other));
}

/**
 * Whether two topologies name the same place, one of them perhaps more closely: a CO leaves out keys
 * that it does not care about (a zone, and any node in it), and names keys that other nodes have.
 */
function meet(a: Topology, b: Topology): boolean {
  return names(a, b) || names(b, a);
}

/** Whether `closer` has all segments of `wider`; keys differ by more than case (spec: `Topology`). */
function names(closer: Topology, wider: Topology): boolean {
  const segments = new Map(
    Object.entries(closer).map(([key, segment]) => [key.toLowerCase(), segment]),
  );
  return Object.entries(wider).every(
    ([key, segment]) => segments.get(key.toLowerCase()) === segment,
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
