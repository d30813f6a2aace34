import { isReaderOnly } from '../../model/access-mode.js';
import type { Attached } from '../../model/attachment.js';
import { mountFlags, type VolumeCapability } from '../../model/capability.js';
import {
  fileSystemOptions,
  isSelinuxLabel,
  unsupportedOption,
} from '../../model/file-system-option.js';
import { isFileSystem } from '../../model/format.js';
import { mountAttributes } from '../../model/mount-flags.js';
import type { Publication, Staging } from '../../model/node-volume.js';
import type { Volume } from '../../model/volume.js';
import { StatusError } from '../../csi/status.js';
import type { NodeDeps } from './deps.js';
import { mountPaths, stagingMount, type LivingRecord } from './records.js';
import type { Showing } from './volume-showing.js';

/** Mounts a volume where it is staged; the CO made the directory. */
export function mountStaging(
  deps: NodeDeps,
  volume: Volume,
  staging: Staging,
  living: LivingRecord,
): Promise<void> {
  requireOneNode(deps, volume, staging.capability);
  requireOptions(deps, volume, staging.capability, null);
  return deps.mounts.make({
    ...howToShow(deps, volume, staging.capability, staging.readonly),
    source: undefined,
    path: stagingMount(staging),
    others: mountPaths({ ...living, staging: null }),
    createPath: staging.capability.accessType.kind === 'block',
  });
}

/** Mounts a volume at its target path, from where it is staged if it is. */
export function mountPublication(
  deps: NodeDeps,
  volume: Volume,
  publication: Publication,
  living: LivingRecord,
  attached: Attached | undefined,
): Promise<void> {
  const { targetPath, arguments: asked } = publication;
  requireOneNode(deps, volume, asked.capability);
  requireOptions(deps, volume, asked.capability, living.staging);
  return deps.mounts.make({
    ...howToShow(
      deps,
      volume,
      asked.capability,
      attached?.readonly === true || living.staging?.readonly === true,
      asked.readonly,
    ),
    source: living.staging === null ? undefined : stagingMount(living.staging),
    path: targetPath,
    others: mountPaths(living),
    createPath: true,
  });
}

/** A reader-only mode is read-only whatever the flags of the call say. */
function howToShow(
  { selinux }: NodeDeps,
  { id, format }: Volume,
  { accessMode, accessType }: VolumeCapability,
  isUnwritable: boolean,
  readonly = false,
): Pick<Showing, 'volumeId' | 'format' | 'attributes' | 'unwritable' | 'options'> {
  const unwritable = isUnwritable || isReaderOnly(accessMode);
  return {
    volumeId: id,
    format,
    attributes: mountAttributes(mountFlags(accessType), readonly || unwritable),
    unwritable,
    options: fileSystemOptions(mountFlags(accessType))
      .filter((option) => selinux || !isSelinuxLabel(option))
      .map(({ name, value }) => (value === undefined ? name : `${name}=${value}`)),
  };
}

/** FAILED_PRECONDITION for mount flags that the volume's file system cannot have, or not where it is. */
function requireOptions(
  { selinux }: NodeDeps,
  volume: Volume,
  { accessType }: VolumeCapability,
  staging: Staging | null,
): void {
  const staged = staging === null ? undefined : mountFlags(staging.capability.accessType);
  const reason = unsupportedOption(volume, mountFlags(accessType), { selinux, staged });
  if (reason !== undefined) throw new StatusError('FAILED_PRECONDITION', reason);
}

/**
 * A file system in an image is for one kernel at a time, unless all of them only read:
 * FAILED_PRECONDITION where another node has it.
 */
function requireOneNode(deps: NodeDeps, volume: Volume, { accessMode }: VolumeCapability): void {
  if (!isFileSystem(volume.format) || accessMode === 'MULTI_NODE_READER_ONLY') return;
  const others = deps.otherNodes(volume.id);
  if (others.length === 0) return;
  throw new StatusError(
    'FAILED_PRECONDITION',
    `volume ${volume.id} is a file system (${volume.format}) that one node at a time can mount, ` +
      `unless all mount it with MULTI_NODE_READER_ONLY; ${others.join(', ')} has it`,
  );
}
