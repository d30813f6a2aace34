import type { ControllerHandlers } from '../csi/generated/csi/v1/Controller.js';
import type { Handlers } from '../csi/handler.js';
import { claimPool } from '../host/pool-marker.js';
import { controllerService } from '../services/controller/controller.js';
import type { Topology } from '../model/topology.js';
import type { Copies } from '../services/controller/copies.js';
import type { Nodes } from '../services/controller/nodes.js';
import { offlineExpansion } from '../services/controller/offline-expansion.js';
import { volumeConditions } from '../services/controller/volume-conditions.js';
import type { VolumeUses } from '../services/controller/volume-uses.js';
import type { Foundation } from './foundation.js';
import { heal } from './healing.js';

/** What the Controller service knows of nodes: the one in this process, or those that share the pool. */
export interface Surroundings {
  readonly nodes: Nodes;
  readonly uses: VolumeUses;
}

/** Puts the Controller service together. */
export function assembleController(
  foundation: Foundation,
  { nodes, uses }: Surroundings,
  copies: Copies,
): Partial<Handlers<ControllerHandlers>> {
  const { options, store, pool, locks, holds, capacity, expansion } = foundation;
  return controllerService({
    store,
    pool,
    locks,
    holds,
    copies,
    nodes,
    uses,
    mountsHere: options.services.includes('node'),
    capacity,
    expansion:
      options.volumeExpansion === 'offline'
        ? offlineExpansion(expansion, { store, uses })
        : expansion,
    conditions: volumeConditions(pool.volumes, foundation.simulations),
    capabilities: new Set(options.controllerCapabilities),
    sizes: options,
    topologies: topologiesOf(foundation),
    // Devices and file systems grow on the node alone: at once, or without the call when they are staged next.
    nodeExpansionRequired: (format) =>
      options.nodeExpandRequired ||
      (format !== 'directory' && options.nodeCapabilities.includes('EXPAND_VOLUME')),
  });
}

/**
 * From where new volumes are reached. A pool that nodes share is reached from all of them, unless the
 * controller is told the segments of those that have it.
 */
export function topologiesOf({ options, shared, nodes }: Foundation): readonly Topology[] {
  if (shared === undefined)
    return nodes.flatMap(({ topology }) => (topology === null ? [] : [topology]));
  const { topology, topologySegments } = options;
  return topology && Object.keys(topologySegments).length > 0 ? [topologySegments] : [];
}

/**
 * Makes sure that the pool is this store's and heals what a crash left in it: for the process that
 * creates volumes, before anything is served. Throws a PoolError, with nothing changed.
 */
export async function takePool(foundation: Foundation): Promise<void> {
  const { options, pool, store } = foundation;
  await claimPool(options.poolDir, store, options.sync);
  await heal('volume', pool.volumes, store.volumes('', Infinity), foundation);
  await heal('snapshot', pool.snapshots, store.snapshots('', Infinity), foundation);
}
