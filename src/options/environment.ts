import { FIELDS, variableNames, type GivenValue, type Reading } from './given.js';
import { didYouMean } from './nearest.js';
import type { Field } from './table.js';

/** Variables by name, as in `process.env`. */
export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * What the environment says about options. A variable that is empty is not set. One that only looks
 * like an option is no error: Kubernetes makes `CSIMOCK_PORT` and more for a Service named csimock.
 */
export function readEnvironment(env: Environment): Reading {
  const given: { [F in Field]?: GivenValue } = {};
  for (const field of FIELDS) {
    const under = variableNames(field).find((name) => isSet(env[name]));
    if (under !== undefined) given[field] = { value: env[under], under };
  }
  const known = FIELDS.flatMap(variableNames);
  const notices = Object.keys(env)
    .filter((name) => name.startsWith('CSIMOCK_') && !known.includes(name))
    .map((name) => `${name}: no such option${didYouMean(name, known)}`);
  return { given, notices };
}

function isSet(value: string | undefined): boolean {
  return value !== undefined && value !== '';
}
