import { createRequire } from 'node:module';
import { isatty } from 'node:tty';
import type * as PinoPretty from 'pino-pretty';
import { pino, type DestinationStream, type LevelWithSilent, type Logger } from 'pino';
import { isHidden, REDACTED } from './csi/hidden-field.js';

export type Log = Logger;

export interface LogOptions {
  readonly level: LevelWithSilent;
  /** One JSON object a line, or text to read; auto: text when stderr is a terminal. */
  readonly format: 'json' | 'pretty' | 'auto';
  /** Where the lines go; stderr when left out. */
  readonly destination?: DestinationStream;
}

const STDERR = 2;

/** What a destination that blocks may hold back before lines are dropped. */
const BACKLOG_BYTES = 2 ** 20;

/**
 * The log of the driver. Lines are written at once, so that the last one before an end is there too.
 * A destination that is gone, full or broken loses lines and ends nothing.
 */
export function createLog({ level, format, destination }: LogOptions): Log {
  const isTerminal = destination === undefined && isatty(STDERR);
  const isPretty = format === 'pretty' || (format === 'auto' && isTerminal);
  const shaped = isPretty ? prettifier(isTerminal) : (line: string) => line;
  const sink = destination ?? stderr();
  return pino(
    {
      level,
      base: { service: 'csi-mock' },
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }), log: withoutHidden },
      serializers: { err: (error: unknown) => described(error) },
    },
    { write: (line) => sink.write(escaped(shaped(line), UNSEEN)) },
  );
}

function stderr(): DestinationStream {
  const destination = pino.destination({ fd: STDERR, sync: true, maxLength: BACKLOG_BYTES });
  destination.on('error', () => undefined);
  return destination;
}

/** Loaded here and not above: only a terminal pays for the time that loading takes. */
function prettifier(colorize: boolean): (line: string) => string {
  const { prettyFactory }: typeof PinoPretty = createRequire(import.meta.url)('pino-pretty');
  return prettyFactory({
    colorize,
    singleLine: true,
    ignore: 'service',
    messageFormat: (log, messageKey) => escaped(String(log[messageKey]), CONTROL),
  });
}

function withoutHidden(fields: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(fields).map(([key, value]) => [
      key,
      isHidden(key) ? REDACTED : withoutHiddenInside(value),
    ]),
  );
}

function withoutHiddenInside(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || value instanceof Error) return value;
  if (Array.isArray(value)) return value.map((item: unknown) => withoutHiddenInside(item));
  return withoutHidden({ ...value });
}

/** Text only: the other properties of an error may hold whatever the failed call was given. */
function described(error: unknown, depth = 0): unknown {
  if (!(error instanceof Error)) {
    return { type: typeof error, message: typeof error === 'string' ? error : 'not an Error' };
  }
  const code: unknown = Reflect.get(error, 'code');
  return {
    type: error.name,
    message: error.message,
    ...(typeof code === 'string' || typeof code === 'number' ? { code } : {}),
    stack: error.stack,
    ...(error.cause === undefined || depth >= 5
      ? {}
      : { cause: described(error.cause, depth + 1) }),
  };
}

/** What JSON leaves as it is although terminals and line readers act on it. */
const UNSEEN = /[\u007f-\u009f\u2028\u2029]/g;
const CONTROL = /\p{Cc}/gu;

function escaped(text: string, characters: RegExp): string {
  return text.replace(
    characters,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
