import type { Attachment } from '../model/attachment.js';
import type { NodeVolume } from '../model/node-volume.js';
import type { Snapshot } from '../model/snapshot.js';
import type { Volume } from '../model/volume.js';
import { snapshotShape } from '../record/snapshot.js';
import { volumeShape } from '../record/volume.js';
import { attachmentsShape, nodeVolumesShape } from './schema.js';
import { createSortedIds, type SortedIds } from './sorted-ids.js';
import type { Totals } from './store.js';
import { createTable, type Table } from './table.js';
import { createTally, type Tally } from './tally.js';

/**
 * All records, parsed, in memory, with the sums and indexes over them. Opening has to read every record
 * anyway, to find the one that is damaged; kept from then on, they make each read a look-up.
 */
export interface Ledger {
  readonly volumes: Table<Volume>;
  readonly attachments: Table<readonly Attachment[]>;
  readonly nodeVolumes: Table<readonly NodeVolume[]>;
  /** The ids of all volumes. */
  readonly ids: SortedIds;
  /** The id of each volume by its name. */
  readonly names: ReadonlyMap<string, string>;
  readonly snapshots: Table<Snapshot>;
  /** The ids of all snapshots, or of those of one volume. */
  snapshotIds(sourceVolumeId?: string): SortedIds;
  /** The id of each snapshot by its name. */
  readonly snapshotNames: ReadonlyMap<string, string>;
  /** Bytes by kind of volume. */
  readonly promised: Tally;
  /** Numbers of attachments by node. */
  readonly attached: Tally;
  totals(): Totals;
}

export function createLedger(): Ledger {
  const ids = createSortedIds();
  const names = new Map<string, string>();
  const promised = createTally();
  const attached = createTally();

  const volumes = createTable<Volume>({
    prefix: 'volume/',
    shape: volumeShape,
    belongs: (volume, id) => volume.id === id,
    changed(before, after) {
      if (before !== undefined) {
        names.delete(before.name);
        promised.add(before.kind, -before.capacityBytes);
        if (after === undefined) ids.remove(before.id);
      }
      if (after !== undefined) {
        names.set(after.name, after.id);
        promised.add(after.kind, after.capacityBytes);
        ids.add(after.id);
      }
    },
  });

  const snapshotNames = new Map<string, string>();
  const allSnapshotIds = createSortedIds();
  const snapshotIdsOf = new Map<string, SortedIds>();

  const snapshots = createTable<Snapshot>({
    prefix: 'snapshot/',
    shape: snapshotShape,
    belongs: (snapshot, id) => snapshot.id === id,
    changed(before, after) {
      if (before !== undefined) {
        snapshotNames.delete(before.name);
        if (after === undefined) {
          allSnapshotIds.remove(before.id);
          const ofVolume = snapshotIdsOf.get(before.sourceVolumeId);
          ofVolume?.remove(before.id);
          if (ofVolume?.following('', 1).length === 0) snapshotIdsOf.delete(before.sourceVolumeId);
        }
      }
      if (after !== undefined) {
        snapshotNames.set(after.name, after.id);
        allSnapshotIds.add(after.id);
        const ofVolume = snapshotIdsOf.get(after.sourceVolumeId) ?? createSortedIds();
        ofVolume.add(after.id);
        snapshotIdsOf.set(after.sourceVolumeId, ofVolume);
      }
    },
  });

  const attachments = createTable<readonly Attachment[]>({
    prefix: 'attachments/',
    shape: attachmentsShape,
    belongs: (list, id) => list.every(({ volumeId }) => volumeId === id),
    changed(before, after) {
      for (const { nodeId } of before ?? []) attached.add(nodeId, -1n);
      for (const { nodeId } of after ?? []) attached.add(nodeId, 1n);
    },
  });

  const nodeVolumes = createTable<readonly NodeVolume[]>({
    prefix: 'node-volumes/',
    shape: nodeVolumesShape,
    belongs: (list, id) => list.every(({ volumeId }) => volumeId === id),
    changed: () => undefined,
  });

  return {
    volumes,
    attachments,
    nodeVolumes,
    ids,
    names,
    snapshots,
    snapshotIds: (sourceVolumeId) =>
      sourceVolumeId === undefined
        ? allSnapshotIds
        : (snapshotIdsOf.get(sourceVolumeId) ?? createSortedIds()),
    snapshotNames,
    promised,
    attached,
    totals: () => ({
      volumes: volumes.size,
      attachments: Number(attached.total),
      snapshots: snapshots.size,
      promisedBytes: promised.total,
    }),
  };
}
