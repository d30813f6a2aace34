import { accessSync, constants } from 'node:fs';
import { makeDirectories } from './host/durable-directory.js';

/** The state directory is not there or cannot be written to. The message says why. */
export class StateDirectoryError extends Error {
  override readonly name = 'StateDirectoryError';
}

/** Makes the state directory where it is absent. Throws a StateDirectoryError. */
export function makeStateDirectory(directory: string): void {
  try {
    makeDirectories(directory, 0o700);
    accessSync(directory, constants.W_OK | constants.X_OK);
  } catch (cause) {
    throw new StateDirectoryError(`the state directory ${directory} cannot be used`, { cause });
  }
}
