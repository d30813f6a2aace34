import type { ControllerHandlers } from '../csi/generated/csi/v1/Controller.js';
import type { Handlers } from '../csi/handler.js';
import { claimPool } from '../host/pool-marker.js';
import { controllerService } from '../services/controller.js';
import type { Topology } from '../model/topology.js';
import type { Nodes } from '../services/nodes.js';
import type { VolumeUses } from '../services/volume-uses.js';
import type { Foundation } from './foundation.js';

/** What the Controller service knows of nodes: the one in this process, or those that share the pool. */
export interface Surroundings {
  readonly nodes: Nodes;
  readonly uses: VolumeUses;
}

/** Puts the Controller service together. */
export function assembleController(
  foundation: Foundation,
  { nodes, uses }: Surroundings,
): Partial<Handlers<ControllerHandlers>> {
  const { options, store, pool, locks, capacity, expansion } = foundation;
  return controllerService({
    store,
    pool,
    locks,
    nodes,
    uses,
    capacity,
    expansion,
    capabilities: new Set(options.controllerCapabilities),
    sizes: options,
    topologies: topologiesOf(foundation),
    nodeExpansionRequired: options.nodeExpandRequired,
  });
}

/**
 * From where new volumes are reached. A pool that nodes share is reached from all of them, unless the
 * controller is told the segments of those that have it.
 */
function topologiesOf({ options, shared, node }: Foundation): readonly Topology[] {
  if (shared === undefined) return node.topology === null ? [] : [node.topology];
  const { topology, topologySegments } = options;
  return topology && Object.keys(topologySegments).length > 0 ? [topologySegments] : [];
}

/**
 * Makes sure that the pool is this store's and heals what a crash left in it: for the process that
 * creates volumes, before anything is served. Throws a PoolError, with nothing changed.
 */
export async function takePool({ options, pool, store, log }: Foundation): Promise<void> {
  await claimPool(options.poolDir, store, options.sync);
  const recorded = store.volumes('', store.volumeCount).map(({ id }) => id);
  const { leftovers, strangers, missing } = await pool.volumes.recover(new Set(recorded));
  for (const id of missing) {
    log.warn(
      { volume: id },
      'the data of this volume is gone from the pool; restore it or delete it',
    );
  }
  for (const id of strangers) {
    log.warn({ volume: id }, 'a directory in the pool belongs to no volume; it is left alone');
  }
  void discardAll(leftovers);

  async function discardAll(ids: readonly string[]): Promise<void> {
    for (const id of ids) {
      await pool.volumes.discard(id).catch((error: unknown) => {
        log.warn({ volume: id, err: error }, 'what is left of a volume could not be removed');
      });
    }
  }
}
