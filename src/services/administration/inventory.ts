import { describe } from '../../model/capability.js';
import type { NodeVolume } from '../../model/node-volume.js';
import type { Topology } from '../../model/topology.js';
import type { Volume } from '../../model/volume.js';
import type { Store } from '../../store/store.js';
import type { NodeDeps } from '../node/deps.js';
import type { Simulations } from '../simulations.js';

/** A volume with all that is known of where it is. Made of JSON alone. */
export interface VolumeState {
  readonly id: string;
  /** Empty for a volume that is gone but still has records; the id for an inline volume. */
  readonly name: string;
  /** Whether it is a volume of a single pod, which no controller knows. */
  readonly inline: boolean;
  /** In bytes, decimal. */
  readonly capacity: string;
  /** What it was created for: `SINGLE_NODE_WRITER (mount)`. */
  readonly capabilities: readonly string[];
  /** Why it is reported as abnormal, if it is. */
  readonly abnormal?: string;
  readonly attachments: readonly {
    readonly node: string;
    readonly capability: string;
    readonly readonly: boolean;
  }[];
  readonly stagings: readonly MountState[];
  readonly publications: readonly (MountState & { readonly readonly: boolean })[];
}

/** A mount as it is recorded. */
export interface MountState {
  readonly node: string;
  readonly path: string;
  readonly capability: string;
  /** False: the record is left over, and counts for nothing. */
  readonly mounted: boolean;
}

/** A node that this process serves, or that volumes are attached to. */
export interface NodeState {
  readonly id: string;
  /** Whether its Node service runs in this process. */
  readonly served: boolean;
  readonly topology: Topology | null;
  /** The most volumes that may be attached; 0: no limit, or unknown here. */
  readonly maxVolumes: number;
  /** Of volumes, each, as far as they are known here. */
  readonly attached: number;
  readonly staged: number;
  readonly published: number;
}

/** What a driver holds, for people and tests; nothing here changes anything. */
export interface Inventory {
  /** In the order of their ids. */
  volumes(): readonly VolumeState[];
  volume(id: string): VolumeState | undefined;
  /** At most `limit` volumes in the order of their ids, and how many there are. */
  firstVolumes(limit: number): { readonly volumes: readonly VolumeState[]; readonly total: number };
  nodes(): readonly NodeState[];
}

export interface InventoryDeps {
  readonly store: Store;
  /** Those that this process serves. */
  readonly nodes: readonly NodeDeps[];
  readonly simulations: Pick<Simulations, 'abnormal'>;
}

/** How many volumes are read from the store at a time. */
const PAGE = 1000;

export function inventory({ store, nodes, simulations }: InventoryDeps): Inventory {
  function stateOf(id: string): VolumeState | undefined {
    const find = (look: (node: NodeDeps) => Volume | undefined) =>
      nodes.map(look).find((each) => each !== undefined);
    const promised = store.volume(id) ?? find((node) => node.volume(id));
    const volume = promised ?? find((node) => node.inline.volume(id));
    const records = nodes.flatMap((node) => {
      const record = store.nodeVolume(node.node.nodeId, id);
      return record === undefined ? [] : [mountsOf(node, record)];
    });
    if (volume === undefined && records.length === 0) return undefined;
    const abnormal = simulations.abnormal(id);
    return {
      id,
      name: volume?.name ?? '',
      inline: volume !== promised,
      capacity: String(volume?.capacityBytes ?? 0n),
      capabilities: volume?.capabilities.map(describe) ?? [],
      ...(abnormal === undefined ? {} : { abnormal }),
      attachments: store.attachments(id).map(({ nodeId, capability, readonly }) => ({
        node: nodeId,
        capability: describe(capability),
        readonly,
      })),
      stagings: records.flatMap(({ stagings }) => stagings),
      publications: records.flatMap(({ publications }) => publications),
    };
  }

  function known(): readonly Volume[] {
    const found: Volume[] = [];
    for (;;) {
      const page = store.volumes(found.at(-1)?.id ?? '', PAGE);
      found.push(...page);
      if (page.length < PAGE) return found;
    }
  }

  function recorded(): readonly NodeVolume[] {
    return nodes.flatMap(({ node }) => store.nodeVolumes(node.nodeId));
  }

  return {
    volume: stateOf,

    volumes() {
      const ids = new Set([
        ...known().map(({ id }) => id),
        ...recorded().map(({ volumeId }) => volumeId),
      ]);
      return [...ids].toSorted().flatMap((id) => stateOf(id) ?? []);
    },

    firstVolumes(limit) {
      const ids = new Set([
        ...store.volumes('', limit).map(({ id }) => id),
        ...recorded().map(({ volumeId }) => volumeId),
      ]);
      const first = [...ids].toSorted().slice(0, limit);
      return {
        volumes: first.flatMap((id) => stateOf(id) ?? []),
        total: Math.max(store.volumeCount, ids.size),
      };
    },

    nodes() {
      const served = new Map(nodes.map(({ node }) => [node.nodeId, node]));
      const attached = known().flatMap(({ id }) => store.attachments(id));
      const ids = new Set([...served.keys(), ...attached.map(({ nodeId }) => nodeId)]);
      const records = recorded();
      return [...ids].map((id) => {
        const own = records.filter(({ nodeId }) => nodeId === id);
        return {
          id,
          served: served.has(id),
          topology: served.get(id)?.topology ?? null,
          maxVolumes: served.get(id)?.maxVolumes ?? 0,
          attached: store.attachedTo(id),
          staged: own.filter(({ staging }) => staging !== null).length,
          published: own.filter(({ publications }) => publications.length > 0).length,
        };
      });
    },
  };
}

function mountsOf(
  { node, records }: NodeDeps,
  { volumeId, staging, publications }: NodeVolume,
): Pick<VolumeState, 'stagings' | 'publications'> {
  const living = records.read(volumeId);
  return {
    stagings:
      staging === null
        ? []
        : [
            {
              node: node.nodeId,
              path: staging.path,
              capability: describe(staging.capability),
              mounted: living.staging !== null,
            },
          ],
    publications: publications.map(({ targetPath, arguments: { capability, readonly } }) => ({
      node: node.nodeId,
      path: targetPath,
      capability: describe(capability),
      readonly,
      mounted: living.publications.some((each) => each.targetPath === targetPath),
    })),
  };
}
