import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { nodeRegistry, type NodeRegistry } from '../host/node-registry.js';
import { PoolError, requirePool } from '../host/pool-marker.js';
import { openPool, type Pool } from '../host/pool.js';
import { useMarks, type UseMarks } from '../host/use-marks.js';
import type { Log } from '../log.js';
import type { NodeInfo } from '../model/node-info.js';
import type { Options } from '../options.js';
import { expansion, type Expansion } from '../services/expansion.js';
import { promisedCapacity, type PromisedCapacity } from '../services/promised-capacity.js';
import type { Simulations } from '../services/simulations.js';
import { sourceHolds, type SourceHolds } from '../services/source-holds.js';
import { volumeLocks, type VolumeLocks } from '../services/volume-locks.js';
import { openLevel } from '../store/level.js';
import { openStore } from '../store/open-store.js';
import type { Store } from '../store/store.js';
import { background, type Background } from './background.js';

/** What both services stand on. */
export interface Foundation {
  readonly options: Options;
  readonly log: Log;
  readonly store: Store;
  readonly pool: Pool;
  /** One set for both services: the unit is the volume. */
  readonly locks: VolumeLocks;
  /** The same for copies, and what goes without any: deletions and expansions. */
  readonly holds: SourceHolds;
  readonly capacity: PromisedCapacity;
  /** What is pretended, whatever the store says. */
  readonly simulations: Simulations;
  readonly expansion: Expansion;
  readonly background: Background;
  /** The nodes that this process serves. */
  readonly nodes: readonly NodeInfo[];
  /**
   * How the services of one driver hear of each other when they run in different processes that share
   * a pool; undefined when both run here.
   */
  readonly shared: { readonly registry: NodeRegistry; readonly marks: UseMarks } | undefined;
}

/** Where the store is: an absolute path. */
export function storeDirectory({ stateDir }: Options): string {
  return join(stateDir, 'store');
}

/** Whether there is a store, in whatever state. */
export function hasStore(options: Options): boolean {
  const directory = storeDirectory(options);
  return existsSync(directory) && readdirSync(directory).length > 0;
}

/** Opens store and pool. Throws a StoreError or a PoolError, with nothing left open. */
export async function openFoundation(
  options: Options,
  log: Log,
  simulations: Simulations,
): Promise<Foundation> {
  const store = await openStore(await openLevel(storeDirectory(options), { sync: options.sync }));
  try {
    return standOn(store, options, log, simulations);
  } catch (cause) {
    await store.close();
    if (cause instanceof PoolError) throw cause;
    throw new PoolError(`the pool ${options.poolDir} cannot be opened`, { cause });
  }
}

function standOn(store: Store, options: Options, log: Log, simulations: Simulations): Foundation {
  const { poolDir, sync } = options;
  if (store.nodeIds().length > 0) requirePool(poolDir);
  const pool = openPool(poolDir, sync);
  const capacity = promisedCapacity(
    options.capacity,
    (kind) => store.promisedBytes(kind),
    simulations.isFull,
  );
  return {
    options,
    log,
    store,
    pool,
    locks: volumeLocks(options.onOverlap),
    holds: sourceHolds(options.onOverlap),
    capacity,
    simulations,
    expansion: expansion({ store, pool, capacity, sizes: options }),
    background: background(),
    nodes: options.nodeIds.map((nodeId) => ({
      nodeId,
      maxVolumes: options.attachLimit,
      topology: options.topology
        ? { [options.topologyKey]: nodeId, ...options.topologySegments }
        : null,
    })),
    shared:
      options.services.length === 2
        ? undefined
        : { registry: nodeRegistry(poolDir, sync), marks: useMarks(poolDir) },
  };
}
