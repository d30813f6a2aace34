import { createHash, timingSafeEqual } from 'node:crypto';
import type { Around } from '../csi/around.js';
import { StatusError } from '../csi/status.js';
import type { SecretsByRpc } from './secrets-file.js';

/**
 * Lets a call through only with the secrets that its RPC requires (spec: "Secrets Requirements"):
 * INVALID_ARGUMENT when one is missing, UNAUTHENTICATED when one is wrong. Others that come along are
 * none of its business.
 */
export function secretsLayer(required: SecretsByRpc): Around {
  return async ({ rpc }, request, _call, next) => {
    const expected = Object.hasOwn(required, rpc) ? required[rpc] : undefined;
    if (expected !== undefined) check(rpc, expected, secretsOf(request));
    return next(request);
  };
}

function check(
  rpc: string,
  expected: Readonly<Record<string, string>>,
  given: ReadonlyMap<string, string>,
): void {
  for (const [key, value] of Object.entries(expected)) {
    const found = given.get(key);
    if (found === undefined) {
      throw new StatusError(
        'INVALID_ARGUMENT',
        `secrets: ${rpc} requires the key ${JSON.stringify(key)}`,
      );
    }
    if (!same(found, value)) {
      throw new StatusError(
        'UNAUTHENTICATED',
        `secrets: the value of ${JSON.stringify(key)} is not the one that ${rpc} requires`,
      );
    }
  }
}

function secretsOf(request: object): ReadonlyMap<string, string> {
  const secrets: unknown = Reflect.get(request, 'secrets');
  if (typeof secrets !== 'object' || secrets === null) return new Map();
  return new Map(
    Object.entries(secrets).filter(
      (entry): entry is [string, string] => typeof entry[1] === 'string',
    ),
  );
}

/** Takes as long for a value that is nearly right as for any other. */
function same(given: string, expected: string): boolean {
  const [a, b] = [given, expected].map((text) => createHash('sha256').update(text).digest());
  return a !== undefined && b !== undefined && timingSafeEqual(a, b);
}
