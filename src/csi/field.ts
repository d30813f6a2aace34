import type { StringMap } from '../model/equality.js';
import { StatusError } from './status.js';

/**
 * Checks of single fields (spec: "Field Requirements"). Each takes the value as it came and the name of
 * the field as the proto has it, and throws INVALID_ARGUMENT that names the field.
 */

/** The spec's general limit for a string, in bytes. */
const STRING_BYTES = 128;
/** Linux: the longest path that a system call takes, in bytes. */
const PATH_BYTES = 4095;
/** The spec asks for 4 KiB; service-account tokens make Kubernetes' maps longer, so 64 KiB are taken. */
const MAP_BYTES = 64 * 1024;

export function invalid(field: string, expectation: string): StatusError {
  return new StatusError('INVALID_ARGUMENT', `${field} ${expectation}`);
}

/** A required identifier: not empty, within the limit, without NUL. */
export function identifier(value: string, field: string, limit = STRING_BYTES): string {
  if (value === '') throw invalid(field, 'is required');
  return optionalIdentifier(value, field, limit);
}

export function optionalIdentifier(value: string, field: string, limit = STRING_BYTES): string {
  if (Buffer.byteLength(value) > limit) throw invalid(field, `must not exceed ${limit} bytes`);
  if (value.includes('\0')) throw invalid(field, 'must not contain a NUL character');
  return value;
}

/** Control characters but for tab, line feed and carriage return (spec: CreateVolumeRequest.name). */
const BANNED_IN_NAMES = /[^\P{Cc}\t\n\r]/u;

/** A name that the CO chose: any text within the limit but for banned control characters. */
export function name(value: string, field: string): string {
  identifier(value, field);
  if (BANNED_IN_NAMES.test(value)) throw invalid(field, 'must not contain control characters');
  return value;
}

/** A required path that only has to name something: absolute or not, within the limit, without NUL. */
export function somePath(value: string, field: string): string {
  return identifier(value, field, PATH_BYTES);
}

/**
 * A required absolute path without `..`, so that the same place is named in one way only: repeated and
 * trailing slashes and `.` are dropped.
 */
export function absolutePath(value: string, field: string): string {
  somePath(value, field);
  if (!value.startsWith('/')) throw invalid(field, 'must be an absolute path');
  const parts = value.split('/').filter((part) => part !== '' && part !== '.');
  if (parts.includes('..')) throw invalid(field, 'must not contain ".."');
  if (parts.length === 0) throw invalid(field, 'must not be the root directory');
  return `/${parts.join('/')}`;
}

export function optionalAbsolutePath(value: string, field: string): string {
  return value === '' ? '' : absolutePath(value, field);
}

/** A map within the size limit. Messages never quote it: any map may hold secrets. */
export function map(value: StringMap, field: string): StringMap {
  let bytes = 0;
  for (const [key, text] of Object.entries(value)) {
    bytes += Buffer.byteLength(key) + Buffer.byteLength(text);
  }
  if (bytes > MAP_BYTES) throw invalid(field, `must not exceed ${MAP_BYTES} bytes in all`);
  return value;
}

/** A number of bytes that is not negative. */
export function byteCount(value: string, field: string): bigint {
  const bytes = BigInt(value);
  if (bytes < 0n) throw invalid(field, 'must not be negative');
  return bytes;
}
