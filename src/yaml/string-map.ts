import { TextFileError } from './text-file-error.js';
import { readYaml } from './yaml-file.js';

export type StringMap = Readonly<Record<string, string>>;

/** Reads a YAML file that is a map of strings, as csi-sanity takes it. Throws a TextFileError. */
export function readStringMap(path: string): StringMap {
  return stringMap(readYaml(path), path);
}

/** Checks a map of strings; an empty document is an empty one. Throws a TextFileError without values. */
export function stringMap(value: unknown, where: string): StringMap {
  if (value === null || value === undefined || value === '') return {};
  if (typeof value !== 'object' || Array.isArray(value)) {
    throw new TextFileError(`${where}: expected a map of strings`);
  }
  return Object.fromEntries(
    Object.entries(value).map(([key, text]: [string, unknown]) => {
      if (typeof text === 'string') return [key, text];
      throw new TextFileError(`${where}: expected a string under ${JSON.stringify(key)}`);
    }),
  );
}
