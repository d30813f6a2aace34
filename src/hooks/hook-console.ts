import { formatWithOptions } from 'node:util';

export type LogLine = (text: string) => void;

/** Lines that the driver has not taken yet; a hook that writes faster loses some. */
const MOST_UNREAD = 1000;

/** In characters. */
const LONGEST_LINE = 1000;

/** Passes lines on, as long as not too many are on the way. */
export function limitedLog(unread: Int32Array, pass: LogLine): LogLine {
  return (text) => {
    if (Atomics.load(unread, 0) >= MOST_UNREAD) return;
    Atomics.add(unread, 0, 1);
    pass(text.slice(0, LONGEST_LINE));
  };
}

/** What a hook finds under `console`, as far as it writes. */
export function consoleTo(
  log: LogLine,
): Pick<Console, 'log' | 'info' | 'warn' | 'error' | 'debug'> {
  const write = (...values: readonly unknown[]): void =>
    log(formatWithOptions({ depth: 4, maxStringLength: LONGEST_LINE }, ...values));
  return { log: write, info: write, warn: write, error: write, debug: write };
}
