import { status } from '@grpc/grpc-js';
import type { Code } from './status.js';

/** The name of a canonical gRPC code by its number; UNKNOWN for a number that has none. */
export function codeName(code: number): Code | 'OK' {
  const name = status[code];
  return name !== undefined && isName(name) ? name : 'UNKNOWN';
}

/** The canonical gRPC code of a name, OK too; undefined where it is none. */
export function codeNamed(name: string): Code | 'OK' | undefined {
  return isName(name) && typeof status[name] === 'number' ? name : undefined;
}

/** The names of all codes, OK too. */
export const CODES: readonly string[] = Object.keys(status).filter((name) => !/^[0-9]/.test(name));

function isName(name: string): name is keyof typeof status {
  return name in status;
}
