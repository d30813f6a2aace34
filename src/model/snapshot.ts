import type { StringMap } from './equality.js';
import type { Format } from './format.js';
import { quoted } from './quoted.js';
import type { Topology } from './topology.js';
import { refuse, type Allowed, type Idempotent, type Refusal } from './verdict.js';

/** What a volume was made from (spec: "VolumeContentSource"). */
export interface Source {
  readonly kind: 'snapshot' | 'volume';
  readonly id: string;
}

/** A copy of a volume's data at a point in time. It outlives the volume. */
export interface Snapshot {
  /** Random, made by the driver; safe as a file name. */
  readonly id: string;
  /** The CO's `CreateSnapshotRequest.name`: any text within the spec's limits, never used as a path. */
  readonly name: string;
  readonly sourceVolumeId: string;
  /** The size that a volume made from it needs at least, in bytes. */
  readonly sizeBytes: bigint;
  /** When it was cut, in ms since the epoch. */
  readonly createdAt: number;
  readonly format: Format;
  /** Where volumes can be made from it; empty: everywhere. */
  readonly accessibleTopology: readonly Topology[];
}

export interface SnapshotRequest {
  readonly name: string;
  readonly sourceVolumeId: string;
  /** Keys under `csi.storage.k8s.io/` are left out. */
  readonly parameters: StringMap;
}

/**
 * Decides a CreateSnapshot whose name is taken: OK for the same source volume, else ALREADY_EXISTS
 * (spec: "CreateSnapshot Errors").
 */
export function decideRepeatedSnapshot(
  { sourceVolumeId }: SnapshotRequest,
  existing: Snapshot,
): Idempotent | Refusal<'ALREADY_EXISTS'> {
  if (existing.sourceVolumeId === sourceVolumeId) return { answer: 'OK (idempotent)' };
  return refuse(
    'ALREADY_EXISTS',
    `a snapshot of that name exists as ${existing.id}, of volume ${existing.sourceVolumeId}`,
  );
}

/** Refuses parameters of a VolumeSnapshotClass: there are none that have an effect. */
export function decideSnapshotParameters(
  parameters: StringMap,
): Allowed | Refusal<'INVALID_ARGUMENT'> {
  const [unknown] = Object.keys(parameters);
  if (unknown === undefined) return { answer: 'OK' };
  return refuse(
    'INVALID_ARGUMENT',
    `parameters[${quoted(unknown)}] is not known; snapshots take no parameters`,
  );
}

export function sameSource(a: Source | null, b: Source | null): boolean {
  return a?.kind === b?.kind && a?.id === b?.id;
}

/** For messages. */
export function describeSource(source: Source | null): string {
  return source === null ? 'nothing' : `${source.kind} ${source.id}`;
}
