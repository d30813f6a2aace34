import { RPCS, type Rpc } from '../../csi/rpc.js';
import { didYouMean } from '../../options/nearest.js';
import { quoted } from '../../options/option-error.js';
import { UsageError } from '../command.js';

/** `NodePublishVolume` as `node-publish-volume`. */
export function kebabCase(name: string): string {
  return name.replaceAll(/(?<=[a-z])[A-Z]/g, (letter) => `-${letter}`).toLowerCase();
}

/** The RPC of a name in either spelling, whatever its case. Throws a UsageError. */
export function rpcNamed(given: string): Rpc {
  const wanted = given.replaceAll('-', '').toLowerCase();
  for (const rpc of RPCS.values()) if (rpc.name.toLowerCase() === wanted) return rpc;
  const names = given.includes('-') ? [...RPCS.keys()].map(kebabCase) : RPCS.keys();
  throw new UsageError(`there is no RPC ${quoted(given)}${didYouMean(given, names)}`);
}
