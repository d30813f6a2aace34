import type { AccessMode } from '../../model/access-mode.js';
import type { Store } from '../../store/store.js';
import type { NodeDeps } from '../node/deps.js';

/** How much of everything there is. */
export interface Counts {
  readonly volumes: number;
  readonly snapshots: number;
  /** What volumes were promised, in bytes. */
  readonly promisedBytes: bigint;
  readonly attachments: number;
  /** Publications of the nodes that are served here, by their access mode. */
  readonly publications: ReadonlyMap<AccessMode, number>;
}

export function counts({
  store,
  nodes,
}: {
  readonly store: Store;
  readonly nodes: readonly Pick<NodeDeps, 'node' | 'records'>[];
}): Counts {
  const publications = new Map<AccessMode, number>();
  for (const { node, records } of nodes) {
    for (const { volumeId } of store.nodeVolumes(node.nodeId)) {
      for (const publication of records.read(volumeId).publications) {
        const mode = publication.arguments.capability.accessMode;
        publications.set(mode, (publications.get(mode) ?? 0) + 1);
      }
    }
  }
  const { volumes, snapshots, attachments, promisedBytes } = store.totals();
  return { volumes, snapshots, attachments, promisedBytes, publications };
}
