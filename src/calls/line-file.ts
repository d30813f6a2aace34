import { closeSync, constants, openSync, writeFileSync } from 'node:fs';

/** Where lines go, one after the other. */
export interface LineFile {
  write(line: string): void;
}

/** Without waiting for a reader where the path is a pipe. */
const APPENDING =
  constants.O_WRONLY | constants.O_APPEND | constants.O_CREAT | constants.O_NONBLOCK;

/**
 * Appends lines to a file, each at once, so that the last one before an end is there too. The file is
 * opened for every line and may be moved away at any time. While it cannot be written, lines are lost,
 * and `onTrouble` is told so once.
 */
export function lineFile(path: string, onTrouble: (error: Error) => void): LineFile {
  let isBroken = false;
  return {
    write(line) {
      try {
        // What failed may have left a part of its line.
        append(path, `${isBroken ? '\n' : ''}${line}\n`);
        isBroken = false;
      } catch (error) {
        if (isBroken) return;
        isBroken = true;
        onTrouble(error instanceof Error ? error : new Error(String(error)));
      }
    },
  };
}

function append(path: string, text: string): void {
  const descriptor = openSync(path, APPENDING, 0o600);
  try {
    writeFileSync(descriptor, text);
  } finally {
    closeSync(descriptor);
  }
}
