import { statSync, type StatsFs } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { join } from 'node:path';
import type { Snapshot } from '../model/snapshot.js';
import type { Volume } from '../model/volume.js';
import { snapshotShape } from '../record/snapshot.js';
import type { Sync } from '../record/sync.js';
import { volumeShape } from '../record/volume.js';
import { makeDirectories } from './durable-directory.js';
import { ownerOfContent } from './content.js';
import { openShelf, type Shelf } from './shelf.js';
import { treeRemoval } from './tree-removal.js';

/**
 * The data of the volumes and of the snapshots:
 *
 *     pool.json                     which store the pool belongs to (pool-marker.ts)
 *     volumes/<id>/volume.json      the descriptor: the volume as the controller promised it
 *     volumes/<id>/data/            what workloads see of a directory volume
 *     volumes/<id>/image            the disk of a block volume, or of one with an enforced size
 *     incoming/<id>/                a volume that is being made; it appears in volumes/ by rename
 *     trash/<id>/                   a volume that is being removed; it comes here by rename
 *     snapshots/<id>/snapshot.json  and data/ or image, as for a volume
 *     incoming-snapshots/, trash-snapshots/
 *     nodes/                        the nodes that share the pool (node-registry.ts)
 */
export interface Pool {
  readonly directory: string;
  /** Whether what is said to survive power loss does. */
  readonly sync: Sync;
  /** The device that the data is on, as in FileIdentity. */
  readonly device: bigint;
  readonly volumes: Shelf<Volume>;
  readonly snapshots: Shelf<Snapshot>;
  /** The volume whose content a path within the pool's file system is, as the kernel lists it. */
  volumeAt(path: string): string | undefined;
  /** Figures of the file system that holds the pool. */
  space(): Promise<StatsFs>;
}

/** Opens the pool at an absolute path and makes its directories. */
export function openPool(directory: string, sync: Sync): Pool {
  // Others get through to nodes/ and uses/: a controller and nodes may be different users.
  makeDirectories(directory, 0o711);
  const within = (name: string) => join(directory, name);
  const removal = treeRemoval();
  const volumes = openShelf({
    places: { shown: within('volumes'), incoming: within('incoming'), trash: within('trash') },
    descriptorName: 'volume.json',
    shape: volumeShape,
    sync,
    removal,
  });
  const snapshots = openShelf({
    places: {
      shown: within('snapshots'),
      incoming: within('incoming-snapshots'),
      trash: within('trash-snapshots'),
    },
    descriptorName: 'snapshot.json',
    shape: snapshotShape,
    sync,
    removal,
  });
  return {
    directory,
    sync,
    device: statSync(within('volumes'), { bigint: true }).dev,
    volumes,
    snapshots,

    volumeAt: ownerOfContent,

    async space() {
      return statfs(directory);
    },
  };
}
