import { StatusError } from '../../csi/status.js';
import type { Content } from '../../host/content.js';
import type { CopyRequest } from '../../host/copy/content-copy.js';
import type { ContentSource } from '../../model/content-source.js';
import type { Source } from '../../model/snapshot.js';
import type { ControllerDeps } from './deps.js';
import { dataGone, snapshotDataGone, snapshotNotFound, volumeNotFound } from '../outcome.js';

/** A volume or snapshot that is there, and neither deleted nor expanded until it is released. */
export interface HeldSource extends ContentSource, Pick<CopyRequest, 'volume'> {
  readonly content: Content;
  release(): void;
}

type SourceDeps = Pick<
  ControllerDeps,
  'store' | 'pool' | 'locks' | 'holds' | 'uses' | 'mountsHere'
>;

/**
 * Holds a source to copy it. Its lock is needed only to look at it: publishes go on meanwhile. NOT_FOUND
 * when there is no such source, CANCELLED when the caller gives up before.
 */
export async function holdSource(
  deps: SourceDeps,
  source: Source,
  signal: AbortSignal,
): Promise<HeldSource> {
  const release = await deps.holds.share(source.id, signal);
  try {
    const found = await deps.locks.run(source.id, signal, async () =>
      source.kind === 'volume' ? lookAtVolume(deps, source) : lookAtSnapshot(deps, source),
    );
    return { ...found, release };
  } catch (error) {
    release();
    throw error;
  }
}

function lookAtVolume(
  { store, pool, uses, locks, mountsHere }: SourceDeps,
  source: Source,
): Omit<HeldSource, 'release'> {
  const { id } = source;
  const volume = store.volume(id);
  if (volume === undefined) throw volumeNotFound(id);
  const content = pool.volumes.content(id);
  if (content === undefined) throw dataGone(id);
  return {
    source,
    format: volume.format,
    bytes: volume.capacityBytes,
    accessibleTopology: volume.accessibleTopology,
    content,
    volume: {
      id,
      nodes: () => uses.of(id).length,
      holdsFileSystem: volume.format === 'ext4' || volume.format === 'xfs',
      alone: mountsHere ? (signal, work) => locks.runInTurn(id, signal, work) : undefined,
    },
  };
}

function lookAtSnapshot({ store, pool }: SourceDeps, source: Source): Omit<HeldSource, 'release'> {
  const { id } = source;
  const snapshot = store.snapshot(id);
  if (snapshot === undefined) throw snapshotNotFound(id);
  const content = pool.snapshots.content(id);
  if (content === undefined) throw snapshotDataGone(id);
  return {
    source,
    format: snapshot.format,
    bytes: snapshot.sizeBytes,
    accessibleTopology: snapshot.accessibleTopology,
    content,
    volume: undefined,
  };
}

/** INVALID_ARGUMENT for a kind of source that the driver does not advertise. */
export function requireAdvertised(
  { kind }: Source,
  capabilities: ControllerDeps['capabilities'],
): void {
  const needed = kind === 'snapshot' ? 'CREATE_DELETE_SNAPSHOT' : 'CLONE_VOLUME';
  if (capabilities.has(needed)) return;
  throw new StatusError(
    'INVALID_ARGUMENT',
    `volume_content_source.${kind} is not supported: ${needed} is not advertised`,
  );
}
