import { join } from 'node:path';
import type { CreateVolumeRequest__Output } from '../../../src/csi/generated/csi/v1/CreateVolumeRequest.js';
import type { Call } from '../../../src/csi/handler.js';
import type { ContentCopy } from '../../../src/host/copy/content-copy.js';
import { openPool, type Pool } from '../../../src/host/pool.js';
import {
  CONTROLLER_CAPABILITIES,
  type ControllerCapability,
} from '../../../src/model/service-capability.js';
import { attaching } from '../../../src/services/controller/attaching.js';
import type { ControllerDeps } from '../../../src/services/controller/deps.js';
import { provisioning } from '../../../src/services/controller/provisioning.js';
import { snapshotting } from '../../../src/services/controller/snapshots.js';
import { copies, type Copies } from '../../../src/services/controller/copies.js';
import { expansion } from '../../../src/services/expansion.js';
import {
  promisedCapacity,
  type PromisedCapacity,
} from '../../../src/services/promised-capacity.js';
import { noSimulations } from '../../../src/services/simulations.js';
import { sourceHolds } from '../../../src/services/source-holds.js';
import { volumeConditions } from '../../../src/services/controller/volume-conditions.js';
import { volumeLocks, type VolumeLocks } from '../../../src/services/volume-locks.js';
import { openStore } from '../../../src/store/open-store.js';
import type { Store } from '../../../src/store/store.js';
import { mountCapability } from '../../csi/samples/sample.js';
import { createFakeDisk, type FakeDisk } from '../../store/fake-disk.js';

type Service = ReturnType<typeof provisioning> &
  ReturnType<typeof snapshotting> &
  ReturnType<typeof attaching>;

/** A Controller service over a fake disk, whose copies a test makes. */
export interface ControllerUnderTest {
  readonly service: Service;
  /** The same service over a pool that does some things to its volumes in another way. */
  serviceOver(volumes: Partial<Pool['volumes']>): Service;
  readonly store: Store;
  readonly disk: FakeDisk;
  readonly pool: Pool;
  readonly locks: VolumeLocks;
  readonly copies: Copies;
  readonly capacity: PromisedCapacity;
}

export async function controllerUnderTest(
  directory: string,
  {
    copy = async () => undefined,
    overlap = 'wait',
    uses = () => [],
    capabilities = CONTROLLER_CAPABILITIES,
  }: {
    readonly copy?: ContentCopy;
    readonly overlap?: 'wait' | 'abort';
    /** What nodes in other processes do with a volume. */
    readonly uses?: ControllerDeps['uses']['of'];
    readonly capabilities?: readonly ControllerCapability[];
  } = {},
): Promise<ControllerUnderTest> {
  const disk = createFakeDisk();
  const store = await openStore(disk.open());
  const pool = openPool(join(directory, 'pool'), 'never');
  const sizes = { minVolumeSize: 0n, maxVolumeSize: 0n, defaultVolumeSize: 10n };
  const capacity = promisedCapacity(new Map([['', 100n]]), (kind) => store.promisedBytes(kind));
  const copying = copies({ copy, say: () => undefined });
  const locks = volumeLocks(overlap);
  const deps: ControllerDeps = {
    store,
    pool,
    locks,
    holds: sourceHolds(overlap),
    copies: copying,
    nodes: { find: () => ({ nodeId: 'node-1', maxVolumes: 0, topology: null }) },
    uses: { of: uses },
    mountsHere: true,
    capacity,
    expansion: expansion({ store, pool, capacity, sizes }),
    conditions: volumeConditions(pool.volumes, noSimulations()),
    capabilities: new Set(capabilities),
    sizes,
    topologies: [],
    nodeExpansionRequired: () => false,
  };
  const serviceOver = (volumes: Partial<Pool['volumes']>): Service => {
    const over = { ...deps, pool: { ...pool, volumes: { ...pool.volumes, ...volumes } } };
    return { ...provisioning(over), ...snapshotting(over), ...attaching(over) };
  };
  const service = serviceOver({});
  return { service, serviceOver, store, disk, pool, locks, copies: copying, capacity };
}

export function callOf(signal: AbortSignal = new AbortController().signal): Call {
  return { signal, warn: () => undefined, drop: () => undefined };
}

/** Asks for a volume that any caller may have. */
export function creationRequest(name: string): CreateVolumeRequest__Output {
  return {
    name,
    capacity_range: null,
    volume_capabilities: [mountCapability.value],
    parameters: {},
    secrets: {},
    volume_content_source: null,
    accessibility_requirements: null,
  };
}
