import type { FieldType, MessageType } from '../csi/message-type.js';

/**
 * The way to a field of a message: `volume_capability.access_mode.mode`. Behind the name of a map, all
 * the rest is one key, dots and all. A list on the way stands for each of its items.
 */
export type FieldPath = readonly string[];

/** Where a path leads to. */
export interface FoundField {
  readonly path: FieldPath;
  /** Undefined for what stands under a key of a map: a string. */
  readonly field: FieldType | undefined;
  /** Whether a list lies on the way, or at its end. */
  readonly isInList: boolean;
}

/** Where a written path fails: the words that could have stood in the place of the one that is wrong. */
export interface WrongPath {
  readonly wrong: string;
  /** How many words before it are right. */
  readonly depth: number;
  readonly expected: readonly string[];
}

/** Looks a path up in a message. */
export function findField(written: string, message: MessageType): FoundField | WrongPath {
  const names = written.split('.');
  let within: MessageType | undefined = message;
  let isInList = false;
  for (const [index, name] of names.entries()) {
    const field: FieldType | undefined = within?.fields.find((each) => each.name === name);
    if (field === undefined) {
      return { wrong: name, depth: index, expected: within?.fields.map((each) => each.name) ?? [] };
    }
    isInList ||= field.repeated;
    const rest = names.slice(index + 1);
    if (rest.length === 0) return { path: names, field, isInList };
    if (field.type.kind === 'map') {
      return { path: [...names.slice(0, index + 1), rest.join('.')], field: undefined, isInList };
    }
    within = field.type.kind === 'message' ? field.type.message() : undefined;
  }
  return { wrong: written, depth: 0, expected: [] };
}

/** The values at the path, as text; of a message, whether it is there. */
export function textsAt(message: object, path: FieldPath): readonly string[] {
  let values: readonly unknown[] = [message];
  for (const name of path) {
    values = values
      // Keys of maps are anybody's choice.
      .filter((each) => isObject(each) && Object.hasOwn(each, name))
      .flatMap((each) => (isObject(each) ? Reflect.get(each, name) : []));
  }
  return values.map(textOf);
}

function textOf(value: unknown): string {
  return typeof value === 'string'
    ? value
    : JSON.stringify(typeof value === 'object' ? value !== null : value);
}

/** A copy of the message with the value at the path; what is not there on the way is made. */
export function withValueAt(message: object, path: FieldPath, value: unknown): object {
  const [name, ...rest] = path;
  if (name === undefined) return message;
  const inner: unknown = Reflect.get(message, name);
  const changed =
    rest.length === 0 ? value : withValueAt(isObject(inner) ? inner : {}, rest, value);
  return { ...message, [name]: changed };
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
