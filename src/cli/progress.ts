import type { Progress } from '../conformance/conformance.js';
import type { Io } from './command.js';

const ERASE = '\r\u001B[K';
const WIDTH = 79;

/** Shows how far a run is, on a terminal only. */
export function progressLine(stderr: Io['stderr']): {
  show(progress: Progress): void;
  erase(): void;
} {
  if (stderr.isTTY !== true) return { show() {}, erase() {} };
  return {
    show: ({ done, all, check }) =>
      void stderr.write(`${ERASE}[${done + 1}/${all}] ${check}`.slice(0, ERASE.length + WIDTH)),
    erase: () => void stderr.write(ERASE),
  };
}
