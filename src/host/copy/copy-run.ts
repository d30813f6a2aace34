import { CopyError } from './copy-error.js';

/** One copy while it is being made. */
export interface CopyRun {
  /** Ends it: it rejects with a CopyError. */
  readonly signal: AbortSignal;
  /** Told from time to time how many bytes were written so far, as far as that is known. */
  progress(bytes: number): void;
}

/** Throws once the run was ended. */
export function goOn({ signal }: CopyRun): void {
  if (signal.aborted) throw new CopyError('ended', 'the copy was ended');
}
