/** How a value is kept as JSON, and what JSON must look like to be read as one. */
export interface Shape<T> {
  toJson(value: T): unknown;
  /** Throws a ShapeError. `at` is where the value stands in its record. */
  fromJson(json: unknown, at: string): T;
  /** What it is in a record that was written before the field came to be. */
  readonly absent?: { readonly value: T };
}

/** JSON is not what it should be. The message quotes none of it: records may hold secrets. */
export class ShapeError extends Error {
  override readonly name = 'ShapeError';
}

export const text = plain('text', (json) => typeof json === 'string');

export const flag = plain('true or false', (json) => typeof json === 'boolean');

/** A number of things. */
export const count = plain(
  'a whole number from 0 on',
  (json): json is number => Number.isSafeInteger(json) && Number(json) >= 0,
);

export const textMap = plain(
  'a map of texts',
  (json): json is Readonly<Record<string, string>> =>
    isObject(json) && Object.values(json).every((value) => typeof value === 'string'),
);

/** A number of bytes: decimal text, since JSON numbers end at 2^53. */
export const bytes: Shape<bigint> = {
  toJson(value) {
    if (value < 0n) throw new RangeError(`expected a number of bytes, got ${value}`);
    return value.toString();
  },
  fromJson(json, at) {
    if (typeof json === 'string' && /^(0|[1-9][0-9]*)$/.test(json)) return BigInt(json);
    throw new ShapeError(`${at} is not a number of bytes`);
  },
};

export function oneOf<T extends string>(values: readonly T[]): Shape<T> {
  return {
    toJson: (value) => value,
    fromJson(json, at) {
      const found = values.find((value) => value === json);
      if (found === undefined) throw new ShapeError(`${at} is not one of ${values.join(', ')}`);
      return found;
    },
  };
}

export function nullable<T>(shape: Shape<T>): Shape<T | null> {
  return {
    toJson: (value) => (value === null ? null : shape.toJson(value)),
    fromJson: (json, at) => (json === null ? null : shape.fromJson(json, at)),
  };
}

/** A field that older records lack, and what it is there. */
export function since<T>(value: T, shape: Shape<T>): Shape<T> {
  return { ...shape, absent: { value } };
}

export function list<T>(item: Shape<T>): Shape<readonly T[]> {
  return {
    toJson: (value) => value.map((each) => item.toJson(each)),
    fromJson(json, at) {
      if (!Array.isArray(json)) throw new ShapeError(`${at} is not a list`);
      return json.map((each: unknown, index) => item.fromJson(each, `${at}[${index}]`));
    },
  };
}

type Fields<T> = { readonly [Name in keyof T]-?: Shape<T[Name]> };

/** An object with exactly these fields: one that is not named here would be lost by the next write. */
export function object<T extends object>(fields: Fields<T>): Shape<T> {
  return {
    toJson(value) {
      const json: Partial<Record<keyof T, unknown>> = {};
      for (const name in fields) json[name] = fields[name].toJson(value[name]);
      return json;
    },
    fromJson(json, at) {
      if (!isObject(json)) throw new ShapeError(`${at} is not an object`);
      if (!Object.keys(json).every((name) => Object.hasOwn(fields, name))) {
        throw new ShapeError(`${at} has a field that is not known`);
      }
      const value: Partial<T> = {};
      for (const name in fields) {
        if (Object.hasOwn(json, name)) {
          value[name] = fields[name].fromJson(json[name], `${at}.${name}`);
        } else if (fields[name].absent !== undefined) {
          value[name] = fields[name].absent.value;
        }
      }
      if (!isComplete(value, fields)) throw new ShapeError(`${at} lacks a field`);
      return value;
    },
  };
}

function isComplete<T extends object>(value: Partial<T>, fields: Fields<T>): value is T {
  return Object.keys(fields).every((name) => Object.hasOwn(value, name));
}

function plain<T>(what: string, is: (json: unknown) => json is T): Shape<T> {
  return {
    toJson: (value) => value,
    fromJson(json, at) {
      if (!is(json)) throw new ShapeError(`${at} is not ${what}`);
      return json;
    },
  };
}

function isObject(json: unknown): json is Readonly<Record<string, unknown>> {
  return typeof json === 'object' && json !== null && !Array.isArray(json);
}
