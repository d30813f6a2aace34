import { enumerate } from './enumeration.js';
import type { Volume } from './volume.js';

/** How a volume is doing (spec: `VolumeCondition`); the message is for people. */
export interface VolumeCondition {
  readonly abnormal: boolean;
  readonly message: string;
}

/** What is found of a volume's data in the pool. */
export type DataFinding =
  | { readonly found: 'directory' }
  | { readonly found: 'image'; readonly bytes: bigint }
  | { readonly found: 'nothing' }
  /** A call that makes or removes the volume has it out of sight. */
  | { readonly found: 'on its way' }
  | { readonly found: 'unreadable'; readonly code: string };

/** What a node finds where it has a volume. */
export interface MountFinding {
  /** The path that was asked about. */
  readonly path: string;
  /** Paths where the volume was staged or published and where no mount of it is left. */
  readonly vanished: readonly string[];
  /** What the file system at the path answers. */
  readonly fileSystem: FileSystemFinding;
}

export type FileSystemFinding =
  | { readonly found: 'well' }
  /** It takes no writes, although the volume was mounted for writing. */
  | { readonly found: 'read-only' }
  /** It answers with an error, such as EIO. */
  | { readonly found: 'failing'; readonly code: string }
  /** It has written down that it found itself damaged. */
  | { readonly found: 'errors'; readonly count: number };

export interface ConditionFacts {
  /** Why the volume is to be reported as abnormal whatever is found; undefined: it is not. */
  readonly simulated: string | undefined;
  readonly data: DataFinding;
  /** Null as a controller sees it. */
  readonly mount: MountFinding | null;
}

/** Decides the condition of a volume; each reason says what can be done. */
export function decideCondition(
  volume: Pick<Volume, 'capacityBytes' | 'format'>,
  { simulated, data, mount }: ConditionFacts,
): VolumeCondition {
  if (simulated !== undefined) return { abnormal: true, message: simulated };
  const reasons = [dataReason(volume, data), ...(mount === null ? [] : mountReasons(mount))].filter(
    (reason) => reason !== undefined,
  );
  if (reasons.length > 0) return { abnormal: true, message: reasons.join('; ') };
  if (data.found === 'on its way') {
    return { abnormal: false, message: 'the volume is being made or removed' };
  }
  const where = mount === null ? '' : ` and mounted at ${mount.path}`;
  return { abnormal: false, message: `the volume is healthy: its data is in place${where}` };
}

function dataReason(
  { capacityBytes, format }: Pick<Volume, 'capacityBytes' | 'format'>,
  data: DataFinding,
): string | undefined {
  switch (data.found) {
    case 'on its way':
      return undefined;
    case 'nothing':
      return 'its data is gone from the pool: restore it from a backup, or delete the volume';
    case 'unreadable':
      return `its data cannot be read (${data.code}): look at the disk that holds the pool`;
    case 'directory':
      return format === 'directory' ? undefined : `its data is a directory, not an image`;
    case 'image':
      if (format === 'directory') return 'its data is an image, not a directory';
      if (data.bytes >= capacityBytes) return undefined;
      return (
        `its image was cut short to ${data.bytes} of ${capacityBytes} bytes: ` +
        'restore it from a backup'
      );
  }
}

function mountReasons({ path, vanished, fileSystem }: MountFinding): (string | undefined)[] {
  const gone =
    vanished.length === 0
      ? undefined
      : `its mount at ${enumerate(vanished)} has vanished: restart the workload, so that it is ` +
        'mounted again';
  return [gone, fileSystemReason(path, fileSystem)];
}

function fileSystemReason(path: string, finding: FileSystemFinding): string | undefined {
  switch (finding.found) {
    case 'well':
      return undefined;
    case 'read-only':
      return `its file system at ${path} has become read-only: look for disk errors in the kernel log`;
    case 'failing':
      return `its file system at ${path} answers ${finding.code}: look for disk errors in the kernel log`;
    case 'errors':
      return (
        `its file system at ${path} has recorded ${finding.count} errors: stop the workload and ` +
        'have it checked with fsck'
      );
  }
}
