import type { Pool } from '../../host/pool.js';
import type { SizeRules } from '../../model/capacity.js';
import type { Format } from '../../model/format.js';
import type { ControllerCapability } from '../../model/service-capability.js';
import type { Topology } from '../../model/topology.js';
import type { Store } from '../../store/store.js';
import type { Copies } from './copies.js';
import type { Expansion } from '../expansion.js';
import type { Nodes } from './nodes.js';
import type { PromisedCapacity } from '../promised-capacity.js';
import type { SourceHolds } from '../source-holds.js';
import type { VolumeConditions } from './volume-conditions.js';
import type { VolumeLocks } from '../volume-locks.js';
import type { VolumeUses } from './volume-uses.js';

/** What the Controller service works with. */
export interface ControllerDeps {
  readonly store: Store;
  readonly pool: Pool;
  readonly locks: VolumeLocks;
  readonly holds: SourceHolds;
  readonly copies: Copies;
  readonly nodes: Nodes;
  readonly uses: VolumeUses;
  /** Whether this process, under the same locks, is the one that mounts volumes. */
  readonly mountsHere: boolean;
  readonly capacity: PromisedCapacity;
  readonly expansion: Expansion;
  readonly conditions: VolumeConditions;
  /** What is advertised. */
  readonly capabilities: ReadonlySet<ControllerCapability>;
  readonly sizes: SizeRules;
  /** Where volumes are made accessible; empty: everywhere. */
  readonly topologies: readonly Topology[];
  /** Whether the CO is told to call NodeExpandVolume after ControllerExpandVolume of such a volume. */
  nodeExpansionRequired(format: Format): boolean;
}
