import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { adoptableDirectory, moveIntoPool, removePlace } from '../host/adoption.js';
import { claimPool, PoolError, requireFreePool } from '../host/pool-marker.js';
import { createLog } from '../log.js';
import type { AccessMode } from '../model/access-mode.js';
import { decideSize, sizesOf } from '../model/capacity.js';
import { isVolumeId, type Volume } from '../model/volume.js';
import type { Options } from '../options.js';
import { writeRecord } from '../record/envelope.js';
import { volumeShape } from '../record/volume.js';
import { noSimulations } from '../services/simulations.js';
import { topologiesOf } from './controller.js';
import { hasStore, openFoundation, type Foundation } from './foundation.js';
import { makeStateDirectory } from '../state-directory.js';

/** An existing directory that is to become a volume, and what is to be known of the volume. */
export interface Adoption {
  readonly directory: string;
  /** The volume's id, which a PersistentVolume names as its `volumeHandle`. */
  readonly id: string;
  readonly name: string;
  /** Bytes; undefined: the driver's default. */
  readonly bytes: bigint | undefined;
  /** Never empty. */
  readonly modes: readonly AccessMode[];
}

/**
 * Makes an existing directory a volume of the driver with these options, which is not running. Resolves
 * with what was done, for a person to read. Throws a StoreError or a PoolError. The data is never
 * removed: it is where it was or, after a crash or an error that says so, in the pool, and the same call
 * again finishes what was begun.
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
    return await adopt(foundation, adoption);
  } finally {
    await foundation.store.close();
  }
}

async function adopt(foundation: Foundation, adoption: Adoption): Promise<readonly string[]> {
  const { options, store, pool } = foundation;
  const volume = adopted(foundation, adoption);
  const own = [options.stateDir, pool.directory];
  const directory = await adoptableDirectory(adoption.directory, pool, own);
  const known = store.volume(volume.id) ?? store.volumeNamed(volume.name);
  if (known !== undefined) {
    if (directory !== undefined || !isSame(known, volume)) throw exists(known);
  } else {
    const begun = await hasMoved(foundation, volume);
    if (begun === (directory !== undefined)) {
      throw begun
        ? taken(foundation, volume.id)
        : new PoolError(`there is no directory ${adoption.directory}`);
    }
    if (directory !== undefined) await moveIntoPool(pool, volume, directory);
    await record(foundation, volume);
  }
  return [
    `${adoption.directory} is volume ${volume.id} now, of ${volume.capacityBytes} bytes`,
    `its data is at ${pool.volumes.content(volume.id)?.path ?? ''}`,
  ];
}

function adopted(foundation: Foundation, { id, name, bytes, modes }: Adoption): Volume {
  if (!isVolumeId(id)) {
    throw new PoolError(
      'the id of a volume has at most 128 letters, digits, dots, dashes and underscores, and begins ' +
        'with a letter or digit',
    );
  }
  const range = bytes === undefined ? undefined : { requiredBytes: bytes, limitBytes: 0n };
  const size = decideSize(range, sizesOf('directory', foundation.options));
  if (size.answer !== 'OK') throw new PoolError(size.message);
  return {
    id,
    name,
    capacityBytes: size.bytes,
    capabilities: modes.map((accessMode) => ({
      accessMode,
      accessType: { kind: 'mount', fsType: '', mountFlags: [], volumeMountGroup: '' },
    })),
    parameters: {},
    kind: '',
    accessibleTopology: topologiesOf(foundation).slice(0, 1),
    format: 'directory',
    source: null,
  };
}

/**
 * Whether an adoption that was interrupted has moved the data of this volume into the pool. What it left
 * before that is removed. Throws a PoolError for a directory of this id that is something else.
 */
async function hasMoved(foundation: Foundation, volume: Volume): Promise<boolean> {
  const { pool } = foundation;
  if (!existsSync(join(pool.directory, 'volumes', volume.id))) return false;
  const there = pool.volumes.descriptor(volume.id);
  if (there === undefined || !isSame(there, volume)) throw taken(foundation, volume.id);
  if (pool.volumes.content(volume.id) !== undefined) return true;
  await removePlace(pool, volume.id);
  return false;
}

function taken({ pool }: Foundation, id: string): PoolError {
  return new PoolError(
    `the pool has a directory of volume ${id}, which no record knows, at ` +
      `${join(pool.directory, 'volumes', id)}: move it away, or choose another --id`,
  );
}

function exists({ id, name }: Volume): PoolError {
  return new PoolError(
    `volume ${id} with the name ${JSON.stringify(name)} exists already: choose another --id and --name`,
  );
}

function isSame(there: Volume, asked: Volume): boolean {
  return writeRecord(volumeShape, there) === writeRecord(volumeShape, asked);
}

/** A record that could not be written may be on the disk all the same, so the data stays where it belongs. */
async function record({ store, pool }: Foundation, volume: Volume): Promise<void> {
  try {
    await store.putVolume(volume);
  } catch (cause) {
    throw new PoolError(
      `the data of ${volume.id} is at ${pool.volumes.content(volume.id)?.path ?? pool.directory}, but ` +
        'there is no record of it yet: run the same command again',
      { cause },
    );
  }
}
