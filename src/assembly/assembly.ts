import { setTimeout as delay } from 'node:timers/promises';
import type { ControllerHandlers } from '../csi/generated/csi/v1/Controller.js';
import type { NodeHandlers } from '../csi/generated/csi/v1/Node.js';
import type { Handlers } from '../csi/handler.js';
import { requireFreePool } from '../host/pool-marker.js';
import type { Log } from '../log.js';
import type { Options } from '../options.js';
import type { Adopting } from '../services/administration/adopting.js';
import { clearing, type Clearing } from '../services/administration/clearing.js';
import { counts, type Counts } from '../services/administration/counts.js';
import { inventory, type Inventory } from '../services/administration/inventory.js';
import type { Simulations } from '../services/simulations.js';
import { markedUses, recordedUses } from '../services/controller/volume-uses.js';
import { assembleAdopting } from './adopt.js';
import { assembleController, takePool, type Surroundings } from './controller.js';
import { assembleCopies, thawLeftovers } from './copying.js';
import { hasStore, openFoundation, type Foundation } from './foundation.js';
import { sweepOtherNodes } from './inline.js';
import { assembleNode, clearStateDirectory, type AssembledNode } from './node.js';

/** What the driver consists of while it runs; undefined: a service that this process does not serve. */
export interface Assembly {
  readonly controller: Partial<Handlers<ControllerHandlers>> | undefined;
  /** The Node service of a node that is served here. */
  node(nodeId: string): Partial<Handlers<NodeHandlers>> | undefined;
  readonly inventory: Inventory;
  readonly clearing: Clearing;
  /** Undefined for a process without the store of the volumes. */
  readonly adopting: Adopting | undefined;
  counts(): Counts;
  /** The name of a volume by its id; undefined where there is no such volume. */
  volumeName(volumeId: string): string | undefined;
  /** Ends what takes long, so that the calls in flight end soon. */
  endCopies(): void;
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
  const close = async (): Promise<void> => {
    await settled(foundation);
    await foundation.store.close();
  };
  try {
    if (serves.has('controller')) await takePool(foundation);
    const nodes = await assembleNodes(foundation);
    if (serves.has('controller')) await thawLeftovers(foundation);
    const around = surroundings(foundation, nodes);
    const copies = assembleCopies(foundation);
    const controller = serves.has('controller')
      ? assembleController(foundation, around, copies)
      : undefined;
    const { store, locks } = foundation;
    const nodeDeps = nodes.map(({ deps }) => deps);
    return {
      controller,
      node: (nodeId) => nodes.find(({ deps }) => deps.node.nodeId === nodeId)?.service,
      inventory: inventory({ store, nodes: nodeDeps, simulations }),
      adopting: serves.has('controller') ? assembleAdopting(foundation) : undefined,
      clearing: clearing({ store, locks, uses: around.uses, nodes: nodeDeps }),
      counts: () => counts({ store, nodes: nodeDeps }),
      volumeName: (id) => (nodes[0]?.deps.volume(id) ?? store.volume(id))?.name,
      endCopies: () => copies.end(),
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** What is being removed may take long: it goes on, to be finished by the next start. */
async function settled({ pool, background, options }: Foundation): Promise<void> {
  const late = new AbortController();
  const removed = Promise.all([background.end(), pool.volumes.settled(), pool.snapshots.settled()]);
  await Promise.race([
    removed,
    delay(options.shutdownGrace, undefined, { signal: late.signal }).catch(() => undefined),
  ]);
  late.abort();
}

async function assembleNodes(foundation: Foundation): Promise<readonly AssembledNode[]> {
  if (foundation.nodes.length > 0) clearStateDirectory(foundation);
  const assembled: AssembledNode[] = [];
  for (const node of foundation.nodes) assembled.push(await assembleNode(foundation, node));
  if (assembled.length > 0) sweepOtherNodes(foundation);
  return assembled;
}

function surroundings({ nodes, shared }: Foundation, here: readonly AssembledNode[]): Surroundings {
  if (shared !== undefined) return { nodes: shared.registry, uses: markedUses(shared.marks) };
  const uses = here.map(({ deps, records }) => recordedUses(deps.node.nodeId, records));
  return {
    nodes: { find: (nodeId) => nodes.find((node) => node.nodeId === nodeId) },
    uses: { of: (volumeId) => uses.flatMap((each) => each.of(volumeId)) },
  };
}
