import type { FieldType, MessageType } from '../../csi/message-type.js';
import { UsageError } from '../command.js';
import {
  fieldNamed,
  messageOf,
  parsedJson,
  scalar,
  type Fields,
  type Value,
} from './field-value.js';

/** A flag as it stands on the command line, without its dashes. */
export interface FieldFlag {
  readonly name: string;
  /** What follows the `=`, if there is one. */
  readonly inline: string | undefined;
}

/** More elements of a list are for JSON. */
const MOST_ELEMENTS = 100;

/** Where a flag leads to. */
interface Leaf {
  readonly field: FieldType;
  /** The message that holds the field. */
  readonly around: Fields;
}

/**
 * Sets the field that a flag names, as `volume-capability.mount.fs-type`; the elements of a list of
 * messages are numbered, as `volume-capabilities.1.mount`, the first may go without. Lists and maps add
 * up. `next` is the next argument; whether it was taken comes back. Throws a UsageError.
 */
export function setField(
  request: Fields,
  type: MessageType,
  { name, inline }: FieldFlag,
  next: string | undefined,
): boolean {
  const where = `option ${name}`;
  const { field, around } = walk(request, type, name.split('.'));
  const { kind } = field.type;
  if (kind === 'message') {
    const value = scalar(inline ?? '{}', field.type, where);
    if (inline !== undefined || !Object.hasOwn(around, field.name)) {
      around[field.name] = field.repeated ? [value] : value;
    }
    return false;
  }
  const takesNext = inline === undefined && kind !== 'bool';
  const text = takesNext ? next : (inline ?? 'true');
  if (text === undefined || (takesNext && text.startsWith('--'))) {
    throw new UsageError(`${where}: expected a value, got nothing`);
  }
  const before = around[field.name];
  if (kind === 'map') {
    around[field.name] = { ...fieldsOf(before), ...entryOf(text, where) };
  } else if (field.repeated) {
    around[field.name] = [
      ...(Array.isArray(before) ? before : []),
      scalar(text, field.type, where),
    ];
  } else {
    around[field.name] = scalar(text, field.type, where);
  }
  return takesNext;
}

/** Reads a whole request. Throws a UsageError that quotes nothing of it. */
export function requestFromJson(text: string, type: MessageType): Fields {
  return messageOf(parsedJson(text, 'option json'), type, 'option json');
}

/** Goes to the message that holds the last field of the path, and makes the messages on the way. */
function walk(request: Fields, type: MessageType, path: readonly string[]): Leaf {
  const [first = '', ...rest] = path;
  const field = fieldNamed(first, type);
  if (rest.length === 0) return { field, around: request };
  if (field.type.kind !== 'message') {
    throw new UsageError(`field ${first} of ${type.name} has no fields of its own`);
  }
  const inner = field.type.message();
  if (!field.repeated) {
    const message = fieldsOf(request[field.name]);
    request[field.name] = message;
    return walk(message, inner, rest);
  }
  const [number = '', ...afterNumber] = rest;
  const isNumbered = /^[0-9]+$/.test(number);
  const message = element(request, field.name, isNumbered ? Number(number) : 0);
  const further = isNumbered ? afterNumber : rest;
  return further.length === 0
    ? { field: { ...field, repeated: false, name: 'element' }, around: { element: message } }
    : walk(message, inner, further);
}

function element(around: Fields, name: string, index: number): Fields {
  if (index >= MOST_ELEMENTS) {
    throw new UsageError(`${name}: element ${index} is too many; use --json`);
  }
  const before = around[name];
  const list = Array.isArray(before) ? before : [];
  while (list.length <= index) list.push({});
  const found = fieldsOf(list[index]);
  list[index] = found;
  around[name] = list;
  return found;
}

function fieldsOf(value: Value | undefined): Fields {
  return typeof value === 'object' && !Array.isArray(value) ? value : {};
}

function entryOf(text: string, where: string): Fields {
  const equals = text.indexOf('=');
  if (equals < 1) throw new UsageError(`${where}: expected key=value`);
  return { [text.slice(0, equals)]: text.slice(equals + 1) };
}
