import { property, type FieldType, type MessageType, type ValueType } from '../csi/message-type.js';

/**
 * A message, as it was read from the wire, in the JSON that Go's encoding/json makes of its generated
 * struct: names as in the interface, zero values left out, enums and 64-bit integers as numbers, and a
 * oneof under its Go name with the Go name of the field that is set, null when none is.
 */
export function goJson(message: object, { fields, oneofs }: MessageType): string {
  const set = oneofs.map((oneof) => property(message, oneof));
  const members = [
    ...oneofs.map((oneof, index) => `"${goName(oneof)}":${chosen(message, fields, set[index])}`),
    ...fields
      .filter(({ name }) => !set.includes(name))
      .flatMap((field) => {
        const value = valueJson(property(message, field.name), field);
        return value === undefined ? [] : [`"${field.name}":${value}`];
      }),
  ];
  return `{${members.join(',')}}`;
}

/** Text as Go writes it, which escapes what HTML would take for its own. */
export function goText(text: string): string {
  return JSON.stringify(text).replaceAll(
    /[<>&\u2028\u2029]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** `AccessType` of `access_type`. */
function goName(name: string): string {
  return name.replaceAll(/(?:^|_)([a-z])/g, (_all, first: string) => first.toUpperCase());
}

function chosen(message: object, fields: readonly FieldType[], name: unknown): string {
  const field = fields.find((each) => each.name === name);
  if (field === undefined) return 'null';
  return `{"${goName(field.name)}":${valueJson(property(message, field.name), field) ?? 'null'}}`;
}

/** Undefined for a value that Go leaves out. */
function valueJson(value: unknown, { type, repeated }: FieldType): string | undefined {
  if (value === null || value === undefined) return undefined;
  if (!repeated) return singleJson(value, type);
  if (!Array.isArray(value) || value.length === 0) return undefined;
  return `[${value.map((each: unknown) => singleJson(each, type) ?? zero(type)).join(',')}]`;
}

function singleJson(value: unknown, type: ValueType): string | undefined {
  switch (type.kind) {
    case 'string':
    case 'bytes':
      return value === '' ? undefined : goText(String(value));
    case 'bool':
      return value === true ? 'true' : undefined;
    case 'number':
      return Number(value) === 0 ? undefined : String(value);
    case 'enum': {
      const number =
        typeof value === 'number' ? value : type.numbers[type.values.indexOf(String(value))];
      return number === undefined || number === 0 ? undefined : String(number);
    }
    case 'map':
      return mapJson(value);
    case 'message':
      return typeof value === 'object' && value !== null
        ? goJson(value, type.message())
        : undefined;
  }
}

function mapJson(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const entries = Object.entries(value).toSorted(([one], [other]) => (one < other ? -1 : 1));
  if (entries.length === 0) return undefined;
  return `{${entries.map(([key, text]) => `${goText(key)}:${goText(String(text))}`).join(',')}}`;
}

/** What stands for a zero value where it cannot be left out. */
function zero({ kind }: ValueType): string {
  return kind === 'string' || kind === 'bytes' ? '""' : kind === 'bool' ? 'false' : '0';
}
