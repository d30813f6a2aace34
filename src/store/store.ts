import type { Attachment } from '../model/attachment.js';
import type { NodeVolume } from '../model/node-volume.js';
import type { Snapshot } from '../model/snapshot.js';
import type { Volume } from '../model/volume.js';

/**
 * What was promised: volumes, snapshots and attachments (facts of the controller), staging and publications
 * (facts of a node). Reads are synchronous and see every write that was called before, settled or
 * not; a write resolves when it is kept. One that rejects is taken back: at once for reads, and on the
 * disk by the next write that is called after it and resolves; until then the next opening may find it.
 *
 * Callers hold the volume's lock around read, decide and write; the store itself only keeps single
 * writes whole and in order.
 */
export interface Store {
  /** Random, made with the store; the pool carries the same. */
  readonly id: string;

  /** Facts of the controller. A write resolves once it survives power loss (unless syncing is off). */
  volume(id: string): Volume | undefined;
  volumeNamed(name: string): Volume | undefined;
  /** At most `limit` volumes in order of id, from the first id after `after` (empty: from the start). */
  volumes(after: string, limit: number): Volume[];
  totals(): Totals;
  /** The number of volumes. */
  readonly volumeCount: number;
  /** The bytes promised to volumes of a kind. */
  promisedBytes(kind: string): bigint;
  /** Adds or replaces. The name of a volume never changes. */
  putVolume(volume: Volume): Promise<void>;
  /** Removes the volume and its name; does nothing when it is unknown. Attachments must be gone. */
  removeVolume(id: string): Promise<void>;

  snapshot(id: string): Snapshot | undefined;
  snapshotNamed(name: string): Snapshot | undefined;
  /**
   * At most `limit` snapshots in order of id, from the first id after `after` (empty: from the start);
   * only those of one volume when `sourceVolumeId` is given.
   */
  snapshots(after: string, limit: number, sourceVolumeId?: string): Snapshot[];
  /** Adds or replaces. Neither the name nor the source volume of a snapshot ever changes. */
  putSnapshot(snapshot: Snapshot): Promise<void>;
  /** Removes the snapshot and its name; does nothing when it is unknown. */
  removeSnapshot(id: string): Promise<void>;

  /** The volume's attachments, in the order in which they were made. */
  attachments(volumeId: string): readonly Attachment[];
  /** The number of volumes attached to a node. */
  attachedTo(nodeId: string): number;
  putAttachment(attachment: Attachment): Promise<void>;
  removeAttachment(volumeId: string, nodeId: string): Promise<void>;

  /** Facts of a node. A write resolves once it survives the end of the process, not of the machine. */
  nodeVolume(nodeId: string, volumeId: string): NodeVolume | undefined;
  /** Adds or replaces; a record with neither staging nor publications is removed instead. */
  putNodeVolume(record: NodeVolume): Promise<void>;
  /** All records of a node, for start-up. */
  nodeVolumes(nodeId: string): NodeVolume[];
  /** The nodes that have records. */
  nodeIds(): string[];

  /** Resolves when everything called before is kept; nothing may be called after. */
  close(): Promise<void>;
}

/** What all records of the controller come to. */
export interface Totals {
  readonly volumes: number;
  readonly attachments: number;
  readonly snapshots: number;
  /** In bytes. */
  readonly promisedBytes: bigint;
}

/** Opening failed in a way that a person must look at. The message says what to do; nothing was changed. */
export class StoreError extends Error {
  override readonly name = 'StoreError';
}

/** A write was not kept because the disk of the store has no room; writes may succeed again. */
export class StoreFullError extends Error {
  override readonly name = 'StoreFullError';
}
