import { status } from '@grpc/grpc-js';
import type { Code } from './status.js';

/** The name of a canonical gRPC code by its number; UNKNOWN for a number that has none. */
export function codeName(code: number): Code | 'OK' {
  const name = status[code];
  return name !== undefined && isName(name) ? name : 'UNKNOWN';
}

function isName(name: string): name is keyof typeof status {
  return name in status;
}
