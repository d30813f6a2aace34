import type { Call } from '../csi/handler.js';
import { StatusError } from '../csi/status.js';
import type { Accepted, Refusal } from '../model/verdict.js';

/** Throws a refusal of the rules as the status that it names. */
export function raise(refusal: Refusal): never {
  throw new StatusError(refusal.answer, refusal.message);
}

/** Logs the rules that were broken and, by the option for it, let through. */
export function warnOf(accepted: Accepted, call: Call): void {
  for (const warning of accepted.warnings) call.warn(warning);
}

/** For a volume whose directory somebody removed: neither made anew, which would hide it, nor used. */
export function dataGone(volumeId: string): StatusError {
  return new StatusError(
    'FAILED_PRECONDITION',
    `the data of volume ${volumeId} is gone from the pool; restore it or delete the volume`,
  );
}

export function volumeNotFound(volumeId: string): StatusError {
  return new StatusError('NOT_FOUND', `volume ${volumeId} does not exist`);
}

export function snapshotDataGone(snapshotId: string): StatusError {
  return new StatusError(
    'FAILED_PRECONDITION',
    `the data of snapshot ${snapshotId} is gone from the pool; restore it or delete the snapshot`,
  );
}

export function snapshotNotFound(snapshotId: string): StatusError {
  return new StatusError('NOT_FOUND', `snapshot ${snapshotId} does not exist`);
}
