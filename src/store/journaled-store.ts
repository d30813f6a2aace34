import type { Journal, Slot } from './journal.js';
import type { Ledger } from './ledger.js';
import type { Store } from './store.js';
import type { Table } from './table.js';

export interface JournaledStoreOptions {
  readonly id: string;
  /** Answers. */
  readonly ledger: Ledger;
  /** Keeps. */
  readonly journal: Journal;
  /** Where the totals of the ledger are kept. */
  readonly totals: Slot;
  /** Closes what the journal writes to. */
  readonly close: () => Promise<void>;
}

/**
 * The store over a ledger and a journal. A write changes the ledger at once, so that the next read sees
 * it, and resolves when the journal has it.
 */
export function createJournaledStore({
  id,
  ledger,
  journal,
  totals,
  close,
}: JournaledStoreOptions): Store {
  const { volumes, attachments, nodeVolumes, names, ids, promised, attached } = ledger;
  const { snapshots, snapshotNames, snapshotIds } = ledger;
  let closed = false;

  function change<T>(table: Table<T>, key: string, record: T | undefined) {
    if (closed) throw new Error('the store is closed');
    return { slot: table.slot(key), undo: table.set(key, record) };
  }

  /** A fact of the controller. */
  function writeOfController<T>(
    table: Table<T>,
    volumeId: string,
    record: T | undefined,
  ): Promise<void> {
    const { slot, undo } = change(table, volumeId, record);
    return journal.write({
      slots: [slot, totals],
      undo,
      durable: true,
      makesRoom: record === undefined,
    });
  }

  /** A fact of a node. Mounts do not survive power loss, so their records need not either. */
  function writeOfNode<T>(table: Table<T>, volumeId: string, record: T | undefined): Promise<void> {
    const { slot, undo } = change(table, volumeId, record);
    return journal.write({ slots: [slot], undo, durable: false, makesRoom: record === undefined });
  }

  return {
    id,

    volume: (volumeId) => volumes.get(volumeId),

    volumeNamed(name) {
      const volumeId = names.get(name);
      return volumeId === undefined ? undefined : volumes.get(volumeId);
    },

    volumes: (after, limit) =>
      ids.following(after, limit).flatMap((volumeId) => volumes.get(volumeId) ?? []),

    totals: () => ledger.totals(),

    get volumeCount() {
      return volumes.size;
    },

    promisedBytes: (kind) => promised.of(kind),

    async putVolume(volume) {
      const named = names.get(volume.name);
      if (named !== undefined && named !== volume.id) {
        throw new Error(`volume ${named} has the name of volume ${volume.id} already`);
      }
      const before = volumes.get(volume.id);
      if (before !== undefined && before.name !== volume.name) {
        throw new Error(`the name of volume ${volume.id} cannot change`);
      }
      await writeOfController(volumes, volume.id, volume);
    },

    async removeVolume(volumeId) {
      if (attachments.get(volumeId) !== undefined) {
        throw new Error(`volume ${volumeId} still has attachments`);
      }
      await writeOfController(volumes, volumeId, undefined);
    },

    snapshot: (snapshotId) => snapshots.get(snapshotId),

    snapshotNamed(name) {
      const snapshotId = snapshotNames.get(name);
      return snapshotId === undefined ? undefined : snapshots.get(snapshotId);
    },

    snapshots: (after, limit, sourceVolumeId) =>
      snapshotIds(sourceVolumeId)
        .following(after, limit)
        .flatMap((snapshotId) => snapshots.get(snapshotId) ?? []),

    async putSnapshot(snapshot) {
      const named = snapshotNames.get(snapshot.name);
      if (named !== undefined && named !== snapshot.id) {
        throw new Error(`snapshot ${named} has the name of snapshot ${snapshot.id} already`);
      }
      const before = snapshots.get(snapshot.id);
      if (
        before !== undefined &&
        (before.name !== snapshot.name || before.sourceVolumeId !== snapshot.sourceVolumeId)
      ) {
        throw new Error(`name and source of snapshot ${snapshot.id} cannot change`);
      }
      await writeOfController(snapshots, snapshot.id, snapshot);
    },

    async removeSnapshot(snapshotId) {
      await writeOfController(snapshots, snapshotId, undefined);
    },

    attachments: (volumeId) => attachments.get(volumeId) ?? [],

    attachedTo: (nodeId) => Number(attached.of(nodeId)),

    async putAttachment(attachment) {
      const { volumeId } = attachment;
      await writeOfController(
        attachments,
        volumeId,
        withRecord(attachments.get(volumeId), attachment),
      );
    },

    async removeAttachment(volumeId, nodeId) {
      await writeOfController(
        attachments,
        volumeId,
        withoutNode(attachments.get(volumeId), nodeId),
      );
    },

    nodeVolume: (nodeId, volumeId) =>
      nodeVolumes.get(volumeId)?.find((record) => record.nodeId === nodeId),

    async putNodeVolume(record) {
      const { volumeId, nodeId, staging, publications } = record;
      const others = nodeVolumes.get(volumeId);
      const isEmpty = staging === null && publications.length === 0;
      const records = isEmpty ? withoutNode(others, nodeId) : withRecord(others, record);
      await writeOfNode(nodeVolumes, volumeId, records);
    },

    nodeVolumes: (nodeId) =>
      [...nodeVolumes.all()].flat().filter((record) => record.nodeId === nodeId),

    nodeIds: () => [...new Set([...nodeVolumes.all()].flat().map(({ nodeId }) => nodeId))],

    async close() {
      closed = true;
      await journal.settled();
      await close();
    },
  };
}

interface OfNode {
  readonly nodeId: string;
}

/** A new record comes last, one that is replaced keeps its place. */
function withRecord<T extends OfNode>(records: readonly T[] = [], record: T): readonly T[] {
  const at = records.findIndex(({ nodeId }) => nodeId === record.nodeId);
  return at < 0 ? [...records, record] : records.with(at, record);
}

function withoutNode<T extends OfNode>(records: readonly T[] = [], nodeId: string) {
  const others = records.filter((record) => record.nodeId !== nodeId);
  return others.length === 0 ? undefined : others;
}
