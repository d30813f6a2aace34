import { isReaderOnly } from '../model/access-mode.js';
import type { Attached } from '../model/attachment.js';
import { mountFlags, type VolumeCapability } from '../model/capability.js';
import { mountAttributes, type MountAttribute } from '../model/mount-flags.js';
import type { Publication, Staging } from '../model/node-volume.js';
import type { NodeDeps } from './node-deps.js';
import { recordedPaths, type LivingRecord } from './node-records.js';

/** Mounts a volume where it is staged; the CO made the directory. */
export function mountStaging(
  { mounts }: NodeDeps,
  volumeId: string,
  { path, capability }: Staging,
  living: LivingRecord,
  attached: Attached | undefined,
): void {
  mounts.make({
    volumeId,
    source: undefined,
    path,
    recorded: recordedPaths(living),
    createPath: false,
    attributes: attributesFor(capability, attached?.readonly === true),
  });
}

/** Mounts a volume at its target path, from where it is staged if it is. */
export function mountPublication(
  { mounts }: NodeDeps,
  volumeId: string,
  publication: Publication,
  living: LivingRecord,
  attached: Attached | undefined,
): void {
  const { capability, readonly } = publication.arguments;
  mounts.make({
    volumeId,
    source: living.staging?.path,
    path: publication.targetPath,
    recorded: recordedPaths(living),
    createPath: true,
    attributes: attributesFor(capability, readonly || attached?.readonly === true),
  });
}

/** A reader-only mode is read-only whatever the flags of the call say. */
function attributesFor(capability: VolumeCapability, readonly: boolean): MountAttribute[] {
  return mountAttributes(
    mountFlags(capability.accessType),
    readonly || isReaderOnly(capability.accessMode),
  );
}
