import { damage, newer } from './damage.js';
import { object, ShapeError, type Shape } from './shape.js';

/** The version of the format that every record is written in. */
const FORMAT = 1;

/** The text of a record. */
export function writeRecord<T>(shape: Shape<T>, value: T): string {
  return JSON.stringify({ format: FORMAT, record: shape.toJson(value) });
}

/** Reads a record. Throws a StoreError that names its key unless it is exactly what the shape says. */
export function readRecord<T>(shape: Shape<T>, key: string, text: string): T {
  try {
    const envelope = object<{ format: number; record: T }>({
      format: { toJson: (format) => format, fromJson: (json) => knownFormat(json, key) },
      record: shape,
    });
    return envelope.fromJson(parse(text), 'it').record;
  } catch (error) {
    if (!(error instanceof ShapeError)) throw error;
    throw damage(`record ${JSON.stringify(key)} cannot be read: ${error.message}`);
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

function knownFormat(json: unknown, key: string): number {
  if (json === FORMAT) return json;
  if (typeof json !== 'number' || json < FORMAT) throw new ShapeError('it names no known format');
  throw newer(
    `record ${JSON.stringify(key)} has format ${json}, and this driver knows up to ${FORMAT}`,
  );
}
