import { join } from 'node:path/posix';
import type { Call } from '../../csi/handler.js';
import type { NodeVolume, Publication, Staging } from '../../model/node-volume.js';
import type { Store } from '../../store/store.js';
import type { UseMarks } from '../../host/use-marks.js';
import type { VolumeMounts } from './volume-mounts.js';

/** What this node did with a volume, and is still there. */
export interface LivingRecord {
  readonly staging: Staging | null;
  readonly publications: readonly Publication[];
}

/**
 * The node's own records. A record is kept before its mount is made and forgotten after its mount is
 * gone, and counts only while the mount is there: so a mount that counts is never unknown, whenever the
 * process ends.
 */
export interface NodeRecords {
  /** What is recorded and mounted now. */
  read(volumeId: string): LivingRecord;
  /** What is recorded, mounted or not. */
  recorded(volumeId: string): LivingRecord;
  /** Whether anything is recorded, mounted or not. */
  has(volumeId: string): boolean;
  write(volumeId: string, record: LivingRecord): Promise<void>;
  /**
   * Writes what is left of a record once a mount is gone. What can no longer be written, as on a full
   * disk, is logged and does not count, for its mount is not there.
   */
  forget(volumeId: string, left: LivingRecord, call: Pick<Call, 'warn'>): Promise<void>;
  /** Writes the record, then runs `make`, which mounts; when it fails, the record is as before. */
  writeThen(volumeId: string, record: LivingRecord, make: () => Promise<void>): Promise<void>;
}

export function nodeRecords(deps: {
  readonly nodeId: string;
  /** The boot that mounts made now belong to. */
  readonly bootId: string;
  readonly store: Store;
  readonly mounts: VolumeMounts;
  /** Tell a controller in another process; undefined where it is in this one. */
  readonly marks: UseMarks | undefined;
}): NodeRecords {
  const { nodeId, bootId, store, mounts, marks } = deps;
  const records: NodeRecords = {
    read(volumeId) {
      const record = store.nodeVolume(nodeId, volumeId);
      return record === undefined ? NOTHING : livingPart(record, bootId, mounts);
    },
    recorded(volumeId) {
      return store.nodeVolume(nodeId, volumeId) ?? NOTHING;
    },
    has(volumeId) {
      return store.nodeVolume(nodeId, volumeId) !== undefined;
    },
    async write(volumeId, { staging, publications }) {
      const used = staging !== null || publications.length > 0;
      if (used) marks?.set(volumeId, nodeId);
      try {
        await store.putNodeVolume({ nodeId, volumeId, bootId, staging, publications });
      } finally {
        if (!records.has(volumeId)) marks?.clear(volumeId, nodeId);
      }
    },
    async forget(volumeId, left, call) {
      if (!records.has(volumeId)) return;
      await records.write(volumeId, left).catch((err: unknown) => {
        call.warn('what is no longer mounted could not be forgotten', { err });
      });
    },
    async writeThen(volumeId, record, make) {
      const before = records.read(volumeId);
      await records.write(volumeId, record);
      try {
        await make();
      } catch (error) {
        // Without its mount the record does not count, so the reason why there is none matters more.
        await records.write(volumeId, before).catch(() => undefined);
        throw error;
      }
    },
  };
  return records;
}

/** Where a volume is staged and published, as the CO names it; the staging path first. */
export function recordedPaths({ staging, publications }: LivingRecord): string[] {
  const targets = publications.map(({ targetPath }) => targetPath);
  return staging === null ? targets : [staging.path, ...targets];
}

/** Where the mounts of a volume are. */
export function mountPaths({ staging, publications }: LivingRecord): string[] {
  const targets = publications.map(({ targetPath }) => targetPath);
  return staging === null ? targets : [stagingMount(staging), ...targets];
}

/**
 * Where a staged volume is mounted: a device, for which the CO makes no file, in the directory that it
 * makes.
 */
export function stagingMount({ path, capability }: Staging): string {
  return capability.accessType.kind === 'block' ? deviceIn(path) : path;
}

/** Where a device is in a staging path. */
export function deviceIn(stagingPath: string): string {
  return join(stagingPath, 'device');
}

const NOTHING: LivingRecord = { staging: null, publications: [] };

/** The part of a record whose mounts are there: mounts end with the boot, or with a mount namespace. */
export function livingPart(
  { volumeId, bootId, staging, publications }: NodeVolume,
  currentBootId: string,
  mounts: VolumeMounts,
): LivingRecord {
  if (bootId !== currentBootId) return NOTHING;
  return {
    staging: staging !== null && mounts.isAt(volumeId, stagingMount(staging)) ? staging : null,
    publications: publications.filter(({ targetPath }) => mounts.isAt(volumeId, targetPath)),
  };
}
