import type { VolumeCapability } from './capability.js';
import type { CreationParameters } from './creation-parameters.js';
import { refuse, type Refusal } from './verdict.js';

/**
 * How a volume's data is kept: a directory of the pool, an image with a file system of its own, whose
 * size is a real limit, or an image that workloads see as a block device.
 */
export const FORMATS = ['directory', 'ext4', 'xfs', 'raw'] as const;

export type Format = (typeof FORMATS)[number];

/** The formats that are an image with a file system in it. */
export type FileSystemFormat = Extract<Format, 'ext4' | 'xfs'>;

type FormatVerdict =
  { readonly answer: 'OK'; readonly format: Format } | Refusal<'INVALID_ARGUMENT'>;

/**
 * The format of a new volume (spec: "CreateVolume", "Unsupported value for parameters or volume
 * capabilities"). `capabilities` is never empty. Where they name no fs_type, that of `source` is taken:
 * the format of what the volume is made from.
 */
export function decideFormat(
  capabilities: readonly VolumeCapability[],
  { enforceSize }: CreationParameters,
  source?: Format,
): FormatVerdict {
  const kinds = new Set(capabilities.map(({ accessType }) => accessType.kind));
  if (kinds.size > 1) {
    return refuse('INVALID_ARGUMENT', 'volume_capabilities: block and mount exclude each other');
  }
  if (kinds.has('block')) return { answer: 'OK', format: 'raw' };
  if (!enforceSize) return { answer: 'OK', format: 'directory' };

  const named = new Set(
    capabilities.flatMap(({ accessType }) =>
      accessType.kind === 'mount' && accessType.fsType !== '' ? [accessType.fsType] : [],
    ),
  );
  const byDefault = source !== undefined && isFileSystem(source) ? source : DEFAULT_FILE_SYSTEM;
  const [fsType = byDefault, other] = named;
  if (other !== undefined) {
    return refuse(
      'INVALID_ARGUMENT',
      `volume_capabilities: a volume of enforced size has one fs_type, asked for ${[...named].join(', ')}`,
    );
  }
  if (!isFileSystem(fsType)) {
    return refuse(
      'INVALID_ARGUMENT',
      `volume_capabilities: fs_type ${fsType} is not supported for a volume of enforced size; ` +
        'ext4 and xfs are',
    );
  }
  return { answer: 'OK', format: fsType };
}

/** For a capability that names no fs_type, of a volume that begins empty. */
const DEFAULT_FILE_SYSTEM: FileSystemFormat = 'ext4';

/** Whether volumes of this format are an image with a file system in it. */
export function isFileSystem(format: string): format is FileSystemFormat {
  return format === 'ext4' || format === 'xfs';
}

/** For messages: how a CO asks for a format. */
export const FORMAT_WORDS: Readonly<Record<Format, string>> = {
  directory: 'mount access to a directory',
  ext4: 'mount access with enforceSize and fs_type ext4',
  xfs: 'mount access with enforceSize and fs_type xfs',
  raw: 'block access',
};

interface FormatSizes {
  /** What every size is a multiple of, in bytes. */
  readonly granularity: bigint;
  readonly least: bigint;
  /** 0: no bound. */
  readonly most: bigint;
}

/** What Node.js can say of a file's size, in whole blocks. */
const LARGEST_IMAGE = 2n ** 53n - 4096n;

/** The sizes that volumes of a format can have, in bytes. The disk of the pool may hold less. */
export const FORMAT_SIZES: Readonly<Record<Format, FormatSizes>> = {
  directory: { granularity: 1n, least: 1n, most: 0n },
  raw: { granularity: 4096n, least: 4096n, most: LARGEST_IMAGE },
  // One made small may grow to as many blocks as a number of 32 bits counts, whatever else it was made with.
  ext4: { granularity: 4096n, least: 16n * 2n ** 20n, most: (2n ** 32n - 1n) * 4096n },
  // mkfs.xfs refuses less.
  xfs: { granularity: 4096n, least: 300n * 2n ** 20n, most: LARGEST_IMAGE },
};
