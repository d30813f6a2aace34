import { isAbsolute } from 'node:path';
import { StatusError } from '../../csi/status.js';
import { ACCESS_MODES, type AccessMode } from '../../model/access-mode.js';
import { parseQuantity } from '../../model/quantity.js';

/** An existing directory that is to become a volume, and what is to be known of the volume. */
export interface Adoption {
  /** Absolute path. */
  readonly directory: string;
  /** The volume's id, which a PersistentVolume names as its `volumeHandle`. */
  readonly id: string;
  readonly name: string;
  /** Bytes; undefined: the driver's default. */
  readonly bytes: bigint | undefined;
  /** Never empty. */
  readonly modes: readonly AccessMode[];
}

/** An adoption as JSON that somebody else may have written. */
export function adoptionJson({ directory, id, name, bytes, modes }: Adoption): string {
  return JSON.stringify({ directory, id, name, size: bytes?.toString(), modes });
}

/** Checks an adoption that came as JSON. Throws INVALID_ARGUMENT. */
export function adoptionOf(given: Readonly<Record<string, unknown>>): Adoption {
  const { directory, id, name = id, size, modes = [WIDEST_MODE], ...rest } = given;
  const [unknown] = Object.keys(rest);
  if (unknown !== undefined) throw invalid(`${JSON.stringify(unknown)} is not known`);
  if (typeof directory !== 'string' || !isAbsolute(directory) || directory.includes('\0')) {
    throw invalid('directory: expected an absolute path');
  }
  if (typeof id !== 'string') throw invalid('id: expected text');
  if (typeof name !== 'string') throw invalid('name: expected text');
  return { directory, id, name, bytes: sizeOf(size), modes: modesOf(modes) };
}

/** The mode that implies all others. */
export const WIDEST_MODE: AccessMode = 'MULTI_NODE_MULTI_WRITER';

function sizeOf(size: unknown): bigint | undefined {
  if (size === undefined) return undefined;
  const bytes = typeof size === 'string' ? parseQuantity(size) : undefined;
  if (bytes === undefined || bytes <= 0n) throw invalid('size: expected a size such as "10Gi"');
  return bytes;
}

function modesOf(modes: unknown): readonly AccessMode[] {
  const found = Array.isArray(modes)
    ? ACCESS_MODES.filter((mode) => modes.some((each) => each === mode))
    : [];
  if (!Array.isArray(modes) || found.length === 0 || found.length !== new Set(modes).size) {
    throw invalid(`modes: expected a list of ${ACCESS_MODES.join(', ')}`);
  }
  return found;
}

function invalid(what: string): StatusError {
  return new StatusError('INVALID_ARGUMENT', `body: ${what}`);
}
