import { claimPool, PoolError, requireFreePool } from '../host/pool-marker.js';
import { createLog } from '../log.js';
import type { Options } from '../options.js';
import { adopting, type Adopting } from '../services/administration/adopting.js';
import type { Adoption } from '../services/administration/adoption.js';
import { noSimulations } from '../services/simulations.js';
import { makeStateDirectory } from '../state-directory.js';
import { topologiesOf } from './controller.js';
import { hasStore, openFoundation, type Foundation } from './foundation.js';

/**
 * Adopts a directory for the driver with these options, which is not running. Throws a StoreError or a
 * PoolError when its state cannot be opened, and whatever `Adopting.adopt` throws.
 */
export async function adoptDirectory(
  options: Options,
  adoption: Adoption,
): Promise<readonly string[]> {
  if (!options.services.includes('controller')) {
    throw new PoolError(
      'volumes are adopted with the options of the controller, which has the store',
    );
  }
  makeStateDirectory(options.stateDir);
  if (!hasStore(options)) requireFreePool(options.poolDir);
  const log = createLog({ level: 'silent', format: 'json' });
  const foundation = await openFoundation(options, log, noSimulations());
  try {
    await claimPool(options.poolDir, foundation.store, options.sync);
    return await assembleAdopting(foundation).adopt(adoption);
  } finally {
    await foundation.store.close();
  }
}

/** For a process that has the store of the volumes. */
export function assembleAdopting(foundation: Foundation): Adopting {
  const { options, store, pool, locks } = foundation;
  return adopting({
    store,
    pool,
    locks,
    sizes: options,
    topologies: topologiesOf(foundation),
    own: [options.stateDir, pool.directory],
  });
}
