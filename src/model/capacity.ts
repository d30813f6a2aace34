import { FORMAT_SIZES, type Format } from './format.js';
import { refuse, type Refusal } from './verdict.js';

/** `CapacityRange` in bytes; 0: not given (spec: "CreateVolume"). */
export interface CapacityRange {
  readonly requiredBytes: bigint;
  readonly limitBytes: bigint;
}

/** The sizes that the driver makes, in bytes; 0: no bound. */
export interface SizeRules {
  readonly minVolumeSize: bigint;
  readonly maxVolumeSize: bigint;
  /** For a CreateVolume without a capacity_range. */
  readonly defaultVolumeSize: bigint;
  /** What every size is a multiple of; 1 when left out. */
  readonly granularity?: bigint;
}

/** The sizes of volumes of a format that hold at least `contentBytes`. */
export function sizesOf(format: Format, rules: SizeRules, contentBytes = 0n): SizeRules {
  const { granularity, least, most } = FORMAT_SIZES[format];
  const minVolumeSize = [rules.minVolumeSize, least, contentBytes].reduce((a, b) =>
    a > b ? a : b,
  );
  const maxVolumeSize = rules.maxVolumeSize === 0n ? most : smaller(rules.maxVolumeSize, most);
  return { ...rules, minVolumeSize, maxVolumeSize, granularity };
}

/**
 * The least and the largest size that a new volume can have by the rules and with this room; undefined:
 * no bound. The largest is 0 where not even the least fits.
 */
export function sizeBounds(
  rules: SizeRules,
  room: bigint | undefined,
): { readonly least: bigint; readonly largest: bigint | undefined } {
  const { minVolumeSize, maxVolumeSize, granularity = 1n } = rules;
  const least = wholeUnits(minVolumeSize, rules);
  const bounds = [
    ...(maxVolumeSize > 0n ? [maxVolumeSize] : []),
    ...(room === undefined ? [] : [room]),
  ];
  if (bounds.length === 0) return { least, largest: undefined };
  const bound = bounds.reduce((a, b) => (a < b ? a : b));
  const largest = bound - (bound % granularity);
  return { least, largest: largest < least ? 0n : largest };
}

type SizeVerdict = { readonly answer: 'OK'; readonly bytes: bigint } | Refusal<'OUT_OF_RANGE'>;

/** The size of a new volume: the smallest that the range and the driver's bounds allow. */
export function decideSize(range: CapacityRange | undefined, rules: SizeRules): SizeVerdict {
  const { minVolumeSize, maxVolumeSize } = rules;
  const required = range?.requiredBytes ?? 0n;
  const limit = range?.limitBytes ?? 0n;
  const wanted = required > 0n ? required : smaller(rules.defaultVolumeSize, limit);
  const bytes = wholeUnits(
    wanted < minVolumeSize ? minVolumeSize : smaller(wanted, required > 0n ? 0n : maxVolumeSize),
    rules,
  );
  if (maxVolumeSize > 0n && bytes > maxVolumeSize) {
    return refuse(
      'OUT_OF_RANGE',
      `capacity_range asks for ${required} bytes, this volume would have ${bytes}, and volumes ` +
        `have at most ${maxVolumeSize}`,
    );
  }
  if (limit > 0n && bytes > limit) {
    return refuse(
      'OUT_OF_RANGE',
      `capacity_range allows at most ${limit} bytes, this volume needs at least ${bytes}`,
    );
  }
  return { answer: 'OK', bytes };
}

/**
 * The size of an existing volume after an expansion: never smaller (spec: "ControllerExpandVolume").
 * `imageBytes`: the size of its image, which an expansion that failed may have left larger than the
 * volume's. A volume that grows has at least that.
 */
export function decideExpansion(
  volumeId: string,
  { capacityBytes, imageBytes }: { readonly capacityBytes: bigint; readonly imageBytes: bigint },
  range: CapacityRange,
  rules: SizeRules,
): SizeVerdict {
  const tooLarge = refuseSmaller(volumeId, capacityBytes, range);
  if (tooLarge !== undefined) return tooLarge;
  if (range.requiredBytes <= capacityBytes) return { answer: 'OK', bytes: capacityBytes };
  const wanted = wholeUnits(range.requiredBytes, rules);
  if (rules.maxVolumeSize > 0n && wanted > rules.maxVolumeSize) {
    return refuse(
      'OUT_OF_RANGE',
      `capacity_range asks for ${range.requiredBytes} bytes, volume ${volumeId} would have ${wanted}, ` +
        `and volumes have at most ${rules.maxVolumeSize}`,
    );
  }
  if (range.limitBytes > 0n && wanted > range.limitBytes) {
    return refuse(
      'OUT_OF_RANGE',
      `capacity_range allows at most ${range.limitBytes} bytes, volume ${volumeId} needs ${wanted}: ` +
        `a multiple of ${rules.granularity}`,
    );
  }
  if (wanted >= imageBytes) return { answer: 'OK', bytes: wanted };
  return refuseSmaller(volumeId, imageBytes, range) ?? { answer: 'OK', bytes: imageBytes };
}

function wholeUnits(bytes: bigint, { granularity = 1n }: SizeRules): bigint {
  return ((bytes + granularity - 1n) / granularity) * granularity;
}

/**
 * The size of a volume whose growth its node finishes: the one that the controller gave it (spec:
 * "NodeExpandVolume").
 */
export function decideNodeExpansion(
  volumeId: string,
  capacityBytes: bigint,
  range: CapacityRange | undefined,
): SizeVerdict {
  if (range === undefined) return { answer: 'OK', bytes: capacityBytes };
  if (range.requiredBytes > capacityBytes) {
    return refuse(
      'OUT_OF_RANGE',
      `volume ${volumeId} has ${capacityBytes} bytes, capacity_range asks for ` +
        `${range.requiredBytes}: ControllerExpandVolume comes first`,
    );
  }
  return refuseSmaller(volumeId, capacityBytes, range) ?? { answer: 'OK', bytes: capacityBytes };
}

function refuseSmaller(
  volumeId: string,
  capacityBytes: bigint,
  { limitBytes }: CapacityRange,
): Refusal<'OUT_OF_RANGE'> | undefined {
  if (limitBytes === 0n || capacityBytes <= limitBytes) return undefined;
  return refuse(
    'OUT_OF_RANGE',
    `volume ${volumeId} has ${capacityBytes} bytes already and is never made smaller; ` +
      `capacity_range allows at most ${limitBytes}`,
  );
}

/** Whether a size lies within a range. */
export function within(bytes: bigint, range: CapacityRange | undefined): boolean {
  if (range === undefined) return true;
  return bytes >= range.requiredBytes && (range.limitBytes === 0n || bytes <= range.limitBytes);
}

/** The smaller of two bounds, 0 meaning none. */
function smaller(a: bigint, b: bigint): bigint {
  return b > 0n && b < a ? b : a;
}

/**
 * The inodes that a volume of a size is said to have: a directory has no limit of its own, so the
 * figure is that of mkfs.ext4's default, one for each 16 KiB.
 */
export function inodesFor(capacityBytes: bigint): bigint {
  return capacityBytes / 16384n + 1n;
}
