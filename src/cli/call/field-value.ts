import type { FieldType, MessageType, ValueType } from '../../csi/message-type.js';
import { didYouMean } from '../../options/nearest.js';
import { quoted } from '../../options/option-error.js';
import { parseQuantity } from '../../model/quantity.js';
import { UsageError } from '../command.js';

/** What a request is made of, as the wire edge takes it; numbers are decimal text. */
export type Value = string | boolean | Value[] | Fields;
export interface Fields {
  [name: string]: Value;
}

/** A field by its name in the interface, with dashes for underscores if need be. Throws a UsageError. */
export function fieldNamed(given: string, { name: message, fields }: MessageType): FieldType {
  const wanted = given.replaceAll('-', '_');
  const field = fields.find(({ name }) => name === wanted);
  if (field !== undefined) return field;
  const names = fields.map(({ name }) => (given.includes('_') ? name : name.replaceAll('_', '-')));
  throw new UsageError(`${message} has no field ${quoted(given)}${didYouMean(given, names)}`);
}

/** The value that text stands for, where one is meant. Throws a UsageError. */
export function scalar(text: string, type: ValueType, where: string): Value {
  switch (type.kind) {
    case 'string':
    case 'bytes':
      return text;
    case 'bool':
      if (text === 'true' || text === 'false') return text === 'true';
      throw unexpected(where, 'true or false', text);
    case 'number':
      return wholeNumber(text, type.name, where);
    case 'enum':
      // A number may stand for a value that this version of the interface has no name for.
      if (type.values.includes(text) || /^[0-9]{1,9}$/.test(text)) return text;
      throw unexpected(where, `one of ${type.values.join(', ')}`, text, type.values);
    case 'map':
    case 'message':
      return checkedJson(parsedJson(text, where), { type, repeated: false }, where);
  }
}

/** Checks a message that was given as JSON. Throws a UsageError that quotes nothing of it. */
export function messageOf(given: unknown, message: MessageType, where: string): Fields {
  if (typeof given !== 'object' || given === null || Array.isArray(given)) {
    throw new UsageError(`${where}: expected an object`);
  }
  return Object.fromEntries(
    Object.entries(given).map(([name, value]: [string, unknown]) => {
      const field = fieldNamed(name, message);
      return [field.name, checkedJson(value, field, `${where}.${name}`)];
    }),
  );
}

/** Throws a UsageError that quotes nothing: there may be secrets in it. */
export function parsedJson(text: string, where: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    const at = error instanceof Error ? /at position \d+/.exec(error.message)?.[0] : undefined;
    throw new UsageError(`${where}: is not JSON${at === undefined ? '' : ` (${at})`}`);
  }
}

function checkedJson(
  given: unknown,
  { repeated, type }: Pick<FieldType, 'repeated' | 'type'>,
  where: string,
): Value {
  if (repeated) {
    if (!Array.isArray(given)) throw new UsageError(`${where}: expected a list`);
    return given.map((each: unknown, index) =>
      checkedJson(each, { type, repeated: false }, `${where}.${index}`),
    );
  }
  if (type.kind === 'message') return messageOf(given, type.message(), where);
  if (type.kind === 'map') return mapOf(given, where);
  if (type.kind === 'bool' && typeof given === 'boolean') return given;
  const isNumeric = type.kind === 'number' || type.kind === 'enum';
  if (isNumeric && typeof given === 'number') return scalar(String(given), type, where);
  if (type.kind !== 'bool' && typeof given === 'string') return scalar(given, type, where);
  throw new UsageError(`${where}: expected ${type.kind === 'bool' ? 'true or false' : 'a string'}`);
}

function mapOf(given: unknown, where: string): Fields {
  if (typeof given !== 'object' || given === null || Array.isArray(given)) {
    throw new UsageError(`${where}: expected an object of strings`);
  }
  return Object.fromEntries(
    Object.entries(given).map(([key, value]: [string, unknown]) => {
      if (typeof value === 'string') return [key, value];
      throw new UsageError(`${where}: expected a string under ${JSON.stringify(key)}`);
    }),
  );
}

/** Kubernetes quantities are taken everywhere, as most numbers are sizes. */
function wholeNumber(text: string, name: string, where: string): string {
  const number = parseQuantity(text);
  const most = name.endsWith('32') ? 2n ** 31n : 2n ** 63n;
  if (number === undefined || number < -most || number >= most) {
    throw unexpected(where, `a whole number or a size such as 1Gi (${name})`, text);
  }
  return String(number);
}

function unexpected(
  where: string,
  expected: string,
  text: string,
  words: readonly string[] = [],
): UsageError {
  const hint = didYouMean(text.toUpperCase(), words);
  return new UsageError(`${where}: expected ${expected}, got ${quoted(text)}${hint}`);
}
