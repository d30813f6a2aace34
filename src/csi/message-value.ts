import type { FieldType, MessageType, ValueType } from './message-type.js';

/** A value does not fit its field. The message names the field and quotes no value. */
export class MessageValueError extends Error {
  override readonly name = 'MessageValueError';
}

/**
 * Checks a value of JSON for a field and puts it into the form in which messages are serialized: numbers
 * as decimal text, a message that is not there as null. Throws a MessageValueError.
 */
export function fieldValue(
  given: unknown,
  { repeated, type }: Pick<FieldType, 'repeated' | 'type'>,
  where: string,
): unknown {
  if (!repeated) return single(given, type, where);
  if (!Array.isArray(given)) throw expected(where, 'a list');
  return given.map((each: unknown, index) => single(each, type, `${where}[${index}]`));
}

/** Checks a message as `fieldValue` does; `where` names it, empty for the whole request or response. */
export function messageValue(
  given: unknown,
  message: MessageType,
  where = '',
): Record<string, unknown> {
  if (!isObject(given)) throw expected(where || message.name, 'an object');
  const found: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(given)) {
    const path = where === '' ? name : `${where}.${name}`;
    const field = message.fields.find((each) => each.name === name);
    if (field !== undefined) found[name] = fieldValue(value, field, path);
    // The name of a oneof, which says nothing that its members do not say.
    else if (!message.oneofs.includes(name)) {
      throw new MessageValueError(`${path} is no field of ${message.name}`);
    }
  }
  return found;
}

function single(given: unknown, type: ValueType, where: string): unknown {
  switch (type.kind) {
    case 'string':
      if (typeof given === 'string') return given;
      throw expected(where, 'a string');
    case 'bytes':
      throw new MessageValueError(`${where} cannot be written here`);
    case 'bool':
      if (typeof given === 'boolean') return given;
      throw expected(where, 'true or false');
    case 'number':
      return wholeNumber(given, type.name, where);
    case 'enum':
      if (typeof given === 'string' && type.values.includes(given)) return given;
      // A value of a later version of the interface has no name here.
      if (Number.isInteger(given)) return given;
      throw expected(where, `one of ${type.values.join(', ')}`);
    case 'map':
      if (isObject(given) && Object.values(given).every((value) => typeof value === 'string')) {
        return given;
      }
      throw expected(where, 'an object of strings');
    case 'message':
      return given === null ? null : messageValue(given, type.message(), where);
  }
}

function wholeNumber(given: unknown, name: string, where: string): string | number {
  const isWhole =
    typeof given === 'string' ? /^-?[0-9]{1,19}$/.test(given) : Number.isSafeInteger(given);
  const bits = name.endsWith('32') ? 31n : 63n;
  if (isWhole && (typeof given === 'string' || typeof given === 'number')) {
    const number = BigInt(given);
    if (number >= -(2n ** bits) && number < 2n ** bits) {
      return bits === 63n ? String(number) : Number(number);
    }
  }
  throw expected(where, `a whole number (${name})`);
}

function expected(where: string, what: string): MessageValueError {
  return new MessageValueError(`${where}: expected ${what}`);
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
