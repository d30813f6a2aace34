import type { Option } from './option.js';
import { OPTIONS, type Field } from './table.js';

/** A value as it was given, with the name that it was given under. */
export interface GivenValue {
  readonly value: unknown;
  readonly under: string;
}

/** What was given for each option, not yet read. */
export type Given = { readonly [F in Field]?: GivenValue };

/** What one source says, and what should be logged about it at start. */
export interface Reading {
  readonly given: Given;
  readonly notices: readonly string[];
}

/** The options in the order of the table. */
export const FIELDS: readonly Field[] = Object.keys(OPTIONS).filter(isField);

export function isField(name: string): name is Field {
  return Object.hasOwn(OPTIONS, name);
}

/** `stateDir` as `state-dir`: the name on the command line, in messages and in the help. */
export function flagName(field: Field): string {
  return field.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

/** The environment variables of an option: the first that is set counts. */
export function variableNames(field: Field): readonly string[] {
  const option: Option<unknown> = OPTIONS[field];
  return option.env ?? [`CSIMOCK_${flagName(field).replaceAll('-', '_').toUpperCase()}`];
}
