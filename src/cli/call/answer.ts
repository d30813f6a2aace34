import { printable } from '../../text/printable.js';
import { property, type FieldType, type MessageType } from '../../csi/message-type.js';

/** A response as JSON, with the names of the interface; what is not set is left out. */
export function jsonAnswer(response: object, type: MessageType): string {
  return `${JSON.stringify(withoutUnset(response, type), null, 2)}\n`;
}

/** A response for a person: one line for each field that says something, `OK` without any. */
export function textAnswer(response: object, type: MessageType): string {
  const lines = linesOf(withoutUnset(response, type, isEmpty), '');
  return lines.length === 0 ? 'OK\n' : `${lines.join('\n')}\n`;
}

type Skip = (value: unknown, field: FieldType) => boolean;

/** Empty text and an empty map are as good as none; an empty message is not. */
function isEmpty(value: unknown, { type }: FieldType): boolean {
  const isEmptyMap = type.kind === 'map' && JSON.stringify(value) === '{}';
  return value === '' || isEmptyMap;
}

/** Only the fields of the interface: proto-loader adds the names of its oneofs. */
function withoutUnset(
  message: unknown,
  { fields }: MessageType,
  skip: Skip = () => false,
): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    fields.flatMap((field) => {
      const value = property(message, field.name);
      if (value === null || value === undefined || skip(value, field)) return [];
      if (Array.isArray(value) && value.length === 0) return [];
      return [[field.name, cleaned(value, field, skip)]];
    }),
  );
}

function cleaned(value: unknown, { type }: FieldType, skip: Skip): unknown {
  if (type.kind !== 'message') return value;
  const message = type.message();
  return Array.isArray(value)
    ? value.map((each: unknown) => withoutUnset(each, message, skip))
    : withoutUnset(value, message, skip);
}

function linesOf(value: object, indent: string): string[] {
  return Object.entries(value).flatMap(([name, inner]: [string, unknown]) => {
    const start = `${indent}${printable(name)}:`;
    if (Array.isArray(inner)) {
      return [start, ...inner.flatMap((each: unknown) => itemLines(each, `${indent}  `))];
    }
    if (typeof inner !== 'object' || inner === null) return [`${start} ${shown(inner)}`.trimEnd()];
    const lines = linesOf(inner, `${indent}  `);
    return lines.length === 0 ? [`${start} {}`] : [start, ...lines];
  });
}

function itemLines(item: unknown, indent: string): string[] {
  if (typeof item !== 'object' || item === null) return [`${indent}- ${shown(item)}`];
  const [first = '{}', ...rest] = linesOf(item, `${indent}  `);
  return [`${indent}- ${first.trimStart()}`, ...rest];
}

function shown(value: unknown): string {
  return printable(String(value), Infinity);
}
