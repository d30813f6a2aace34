import { accessSync, constants, mkdirSync } from 'node:fs';

/** The state directory is not there or cannot be written to. The message says why. */
export class StateDirectoryError extends Error {
  override readonly name = 'StateDirectoryError';
}

/** Makes the state directory where it is absent. Throws a StateDirectoryError. */
export function makeStateDirectory(directory: string): void {
  try {
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    accessSync(directory, constants.W_OK | constants.X_OK);
  } catch (cause) {
    throw new StateDirectoryError(`the state directory ${directory} cannot be used`, { cause });
  }
}
