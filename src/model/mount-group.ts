import { isReaderOnly } from './access-mode.js';
import { mountFlags, volumeMountGroup } from './capability.js';
import { mountAttributes } from './mount-flags.js';
import type { Publication, PublishArguments } from './node-volume.js';
import { refuse, type Allowed, type Refusal } from './verdict.js';

type GroupVerdict =
  { readonly answer: 'OK'; readonly group: number | undefined } | Refusal<'INVALID_ARGUMENT'>;

/**
 * The group that a volume is given to where it is published (spec: "MountVolume", `volume_mount_group`);
 * undefined: none. A publication that is read-only changes nothing of the volume, so it gives it to nobody.
 */
export function readMountGroup(published: PublishArguments): GroupVerdict {
  const text = volumeMountGroup(published.capability.accessType);
  if (text === '') return { answer: 'OK', group: undefined };
  const group = /^(?:0|[1-9]\d{0,9})$/.test(text) ? Number(text) : NaN;
  if (!(group <= GREATEST_GROUP)) {
    return refuse(
      'INVALID_ARGUMENT',
      'volume_capability.mount.volume_mount_group must be the number of a group, ' +
        `from 0 to ${GREATEST_GROUP}`,
    );
  }
  return { answer: 'OK', group: isReadOnly(published) ? undefined : group };
}

/** The greatest number is none: to chown(2) it means that the group stays. */
const GREATEST_GROUP = 2 ** 32 - 2;

/**
 * Decides whether a volume can be given to a group while others have it: a directory belongs to one group.
 * `others` are the publications on the node.
 */
export function decideMountGroup(
  volumeId: string,
  group: number | undefined,
  others: readonly Publication[],
): Allowed | Refusal<'FAILED_PRECONDITION'> {
  if (group === undefined) return { answer: 'OK' };
  for (const { targetPath, arguments: published } of others) {
    const there = readMountGroup(published);
    if (there.answer === 'OK' && there.group !== undefined && there.group !== group) {
      return refuse(
        'FAILED_PRECONDITION',
        `volume ${volumeId} is published at ${targetPath} for volume_mount_group ${there.group}, so it ` +
          `cannot belong to group ${group}: a volume belongs to one group at a time`,
      );
    }
  }
  return { answer: 'OK' };
}

function isReadOnly({ capability, readonly }: PublishArguments): boolean {
  const said = readonly || isReaderOnly(capability.accessMode);
  return mountAttributes(mountFlags(capability.accessType), said).includes('ro');
}
