import type { ControllerHandlers } from '../csi/generated/csi/v1/Controller.js';
import type { NodeHandlers } from '../csi/generated/csi/v1/Node.js';
import type { Handlers } from '../csi/handler.js';
import { requireFreePool } from '../host/pool-marker.js';
import type { Log } from '../log.js';
import type { Options } from '../options.js';
import { clearing, type Clearing } from '../services/clearing.js';
import { inventory, type Inventory } from '../services/inventory.js';
import type { Simulations } from '../services/simulations.js';
import { markedUses, recordedUses } from '../services/volume-uses.js';
import { assembleController, takePool, type Surroundings } from './controller.js';
import { hasStore, openFoundation, type Foundation } from './foundation.js';
import { assembleNode, type AssembledNode } from './node.js';

/** What the driver consists of while it runs; undefined: a service that this process does not serve. */
export interface Assembly {
  readonly controller: Partial<Handlers<ControllerHandlers>> | undefined;
  readonly node: Partial<Handlers<NodeHandlers>> | undefined;
  readonly inventory: Inventory;
  readonly clearing: Clearing;
  /** The name of a volume by its id; undefined where there is no such volume. */
  volumeName(volumeId: string): string | undefined;
  close(): Promise<void>;
}

/** Opens the state and puts the services together. Throws a StoreError or a PoolError. */
export async function assemble(
  options: Options,
  log: Log,
  simulations: Simulations,
): Promise<Assembly> {
  const serves = new Set(options.services);
  // A store that was lost must not be taken for one that is new.
  if (serves.has('controller') && !hasStore(options)) requireFreePool(options.poolDir);
  const foundation = await openFoundation(options, log, simulations);
  const close = () => foundation.store.close();
  try {
    if (serves.has('controller')) await takePool(foundation);
    const node = serves.has('node') ? await assembleNode(foundation) : undefined;
    const around = surroundings(foundation, node);
    const controller = serves.has('controller')
      ? assembleController(foundation, around)
      : undefined;
    const { store, locks } = foundation;
    const nodes = node === undefined ? [] : [node.deps];
    return {
      controller,
      node: node?.service,
      inventory: inventory({ store, nodes, simulations }),
      clearing: clearing({ store, locks, uses: around.uses, nodes }),
      volumeName: (id) => (node?.deps.volume(id) ?? store.volume(id))?.name,
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

function surroundings({ node, shared }: Foundation, here: AssembledNode | undefined): Surroundings {
  if (shared !== undefined) return { nodes: shared.registry, uses: markedUses(shared.marks) };
  return {
    nodes: { find: (nodeId) => (nodeId === node.nodeId ? node : undefined) },
    uses: here === undefined ? { of: () => [] } : recordedUses(node.nodeId, here.records),
  };
}
