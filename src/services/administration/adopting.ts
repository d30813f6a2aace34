import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { name as checkName } from '../../csi/field.js';
import { StatusError } from '../../csi/status.js';
import { adoptableDirectory, moveIntoPool, removePlace } from '../../host/adoption.js';
import { PoolError } from '../../host/pool-marker.js';
import type { Pool } from '../../host/pool.js';
import { decideSize, sizesOf, type SizeRules } from '../../model/capacity.js';
import type { Topology } from '../../model/topology.js';
import { isVolumeId, type Volume } from '../../model/volume.js';
import { writeRecord } from '../../record/envelope.js';
import { volumeShape } from '../../record/volume.js';
import type { Store } from '../../store/store.js';
import type { Adoption } from './adoption.js';
import type { VolumeLocks } from '../volume-locks.js';

export interface Adopting {
  /**
   * Makes an existing directory a volume; resolves with what was done, for a person to read. Throws a
   * StatusError for what cannot be. The data is never removed: it is where it was or, after a crash or an
   * error that says so, in the pool, and the same call again finishes what was begun.
   */
  adopt(adoption: Adoption): Promise<readonly string[]>;
}

export interface AdoptingDeps {
  readonly store: Store;
  readonly pool: Pool;
  readonly locks: VolumeLocks;
  readonly sizes: SizeRules;
  /** Where the driver provisions; empty: everywhere. */
  readonly topologies: readonly Topology[];
  /** The driver's own directories, which are never adopted. */
  readonly own: readonly string[];
}

/** A person waits for this, and nobody cancels it. */
const UNCANCELLED = new AbortController().signal;

export function adopting(deps: AdoptingDeps): Adopting {
  const { store, pool, locks } = deps;

  async function adopt(adoption: Adoption): Promise<readonly string[]> {
    const volume = adopted(adoption, deps);
    const directory = await adoptableDirectory(adoption.directory, pool, deps.own);
    const known = store.volume(volume.id) ?? store.volumeNamed(volume.name);
    if (known !== undefined) {
      if (directory !== undefined || !isSame(known, volume)) throw exists(known);
    } else {
      const begun = await hasMoved(volume);
      if (begun && directory !== undefined) throw taken(volume.id);
      if (!begun && directory === undefined) {
        throw refused(`there is no directory ${adoption.directory}`);
      }
      if (directory !== undefined) await moveIntoPool(pool, volume, directory);
      await record(volume);
    }
    return [
      `${adoption.directory} is volume ${volume.id} now, of ${volume.capacityBytes} bytes`,
      `its data is at ${pool.volumes.content(volume.id)?.path ?? ''}`,
    ];
  }

  /**
   * Whether an adoption that was interrupted has moved the data of this volume into the pool. What it left
   * before that is removed. Refuses a directory of this id that is something else.
   */
  async function hasMoved(volume: Volume): Promise<boolean> {
    if (!existsSync(placeOf(volume.id))) return false;
    const there = pool.volumes.descriptor(volume.id);
    if (there === undefined || !isSame(there, volume)) throw taken(volume.id);
    if (pool.volumes.content(volume.id) !== undefined) return true;
    await removePlace(pool, volume.id);
    return false;
  }

  /** A record that could not be written may be on the disk all the same, so the data stays where it belongs. */
  async function record(volume: Volume): Promise<void> {
    try {
      await store.putVolume(volume);
    } catch (cause) {
      const data = pool.volumes.content(volume.id)?.path ?? pool.directory;
      throw new StatusError(
        'RESOURCE_EXHAUSTED',
        `the data of ${volume.id} is at ${data}, but there is no record of it yet: adopt it again`,
        { cause },
      );
    }
  }

  function taken(id: string): StatusError {
    return refused(
      `the pool has a directory of volume ${id}, which no record knows, at ${placeOf(id)}: ` +
        'move it away, or choose another id',
    );
  }

  function placeOf(id: string): string {
    return join(pool.directory, 'volumes', id);
  }

  return {
    adopt: (adoption) =>
      locks.run(`name ${adoption.name}`, UNCANCELLED, () =>
        locks.run(adoption.id, UNCANCELLED, () => translated(() => adopt(adoption))),
      ),
  };
}

function adopted({ id, name, bytes, modes }: Adoption, deps: AdoptingDeps): Volume {
  checkName(name, 'name');
  if (!isVolumeId(id)) {
    throw refused(
      'the id of a volume has at most 128 letters, digits, dots, dashes and underscores, and begins ' +
        'with a letter or digit',
    );
  }
  const range = bytes === undefined ? undefined : { requiredBytes: bytes, limitBytes: 0n };
  const size = decideSize(range, sizesOf('directory', deps.sizes));
  if (size.answer !== 'OK') throw refused(size.message);
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
    accessibleTopology: deps.topologies.slice(0, 1),
    format: 'directory',
    source: null,
  };
}

function exists({ id, name }: Volume): StatusError {
  return refused(
    `volume ${id} with the name ${JSON.stringify(name)} exists already: choose another id and name`,
  );
}

function isSame(there: Volume, asked: Volume): boolean {
  return writeRecord(volumeShape, there) === writeRecord(volumeShape, asked);
}

function refused(message: string, options?: ErrorOptions): StatusError {
  return new StatusError('FAILED_PRECONDITION', message, options);
}

async function translated<Result>(act: () => Promise<Result>): Promise<Result> {
  try {
    return await act();
  } catch (error) {
    if (error instanceof PoolError) throw refused(error.message, { cause: error });
    throw error;
  }
}
