import { isHidden, REDACTED } from '../csi/hidden-field.js';
import { property, type FieldType, type MessageType, type ValueType } from '../csi/message-type.js';

/** A message as plain JSON, with the names of the interface. */
export type PlainMessage = Readonly<Record<string, unknown>>;

/** A message with what must not be seen replaced by a mark; it still is a message of its type. */
export function withoutHidden(message: object, { fields }: MessageType): object {
  const copy: Record<string, unknown> = { ...message };
  for (const field of fields) copy[field.name] = shown(copy[field.name], field);
  return copy;
}

function shown(value: unknown, { name, type, repeated }: FieldType): unknown {
  if (isEmpty(value, type)) return value;
  if (isHidden(name)) {
    if (type.kind === 'map') return { [REDACTED]: REDACTED };
    return repeated ? [REDACTED] : REDACTED;
  }
  if (typeof value !== 'object' || value === null) return value;
  if (type.kind === 'map') {
    const entries = Object.entries(value).map(([key, text]: [string, unknown]) => [
      key,
      isHidden(key) ? REDACTED : text,
    ]);
    return Object.fromEntries(entries);
  }
  if (type.kind !== 'message') return value;
  const message = type.message();
  if (!Array.isArray(value)) return withoutHidden(value, message);
  return value.map((each: unknown) =>
    typeof each === 'object' && each !== null ? withoutHidden(each, message) : each,
  );
}

/** A message without the fields that have the value that they have unset, as in protobuf's own JSON. */
export function plainMessage(message: object, { fields }: MessageType): PlainMessage {
  return Object.fromEntries(
    fields.flatMap((field) => {
      const value = property(message, field.name);
      return isUnset(value, field.type) ? [] : [[field.name, plain(value, field)] as const];
    }),
  );
}

function plain(value: unknown, { type }: FieldType): unknown {
  if (type.kind !== 'message' || typeof value !== 'object' || value === null) return value;
  const message = type.message();
  if (!Array.isArray(value)) return plainMessage(value, message);
  return value.map((each: unknown) =>
    typeof each === 'object' && each !== null ? plainMessage(each, message) : each,
  );
}

function isUnset(value: unknown, type: ValueType): boolean {
  if (type.kind === 'enum') return value === type.values[0];
  return (
    value === false ||
    value === 0 ||
    (value === '0' && type.kind === 'number') ||
    isEmpty(value, type)
  );
}

/** An empty message is not: that it is there says something. */
function isEmpty(value: unknown, { kind }: ValueType): boolean {
  if (value === undefined || value === null || value === '') return true;
  if (Array.isArray(value)) return value.length === 0;
  return kind === 'map' && typeof value === 'object' && Object.keys(value).length === 0;
}
