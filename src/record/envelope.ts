import { object, ShapeError, type Shape } from './shape.js';

/**
 * The version of the format that every record is written in. Earlier ones are read as well: what they
 * lack has a value of its own (`since`).
 */
const FORMAT = 2;

/** A record is not what it should be. The message quotes none of it: records may hold secrets. */
export class RecordError extends Error {
  override readonly name = 'RecordError';

  constructor(
    /** `newer`: it is of a format that only a later driver knows. */
    readonly reason: 'unreadable' | 'newer',
    message: string,
  ) {
    super(message);
  }
}

/** The text of a record: its format and the value. */
export function writeRecord<T>(shape: Shape<T>, value: T): string {
  return JSON.stringify({ format: FORMAT, record: shape.toJson(value) });
}

/** Reads a record. Throws a RecordError that calls it `name` unless it is exactly what the shape says. */
export function readRecord<T>(shape: Shape<T>, name: string, text: string): T {
  try {
    const envelope = object<{ format: number; record: T }>({
      format: { toJson: (format) => format, fromJson: (json) => knownFormat(json, name) },
      record: shape,
    });
    return envelope.fromJson(parse(text), 'it').record;
  } catch (error) {
    if (!(error instanceof ShapeError)) throw error;
    throw new RecordError('unreadable', `${name} cannot be read: ${error.message}`);
  }
}

/** Without the parser's own message, which quotes the text. */
function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new ShapeError('it is not JSON');
  }
}

function knownFormat(json: unknown, name: string): number {
  if (typeof json !== 'number' || !Number.isInteger(json) || json < 1) {
    throw new ShapeError('it names no known format');
  }
  if (json <= FORMAT) return json;
  throw new RecordError(
    'newer',
    `${name} has format ${json}, and this driver knows up to ${FORMAT}`,
  );
}
