import { RPCS } from '../csi/rpc.js';
import { didYouMean } from '../options/nearest.js';

import { stringMap, type StringMap } from '../yaml/string-map.js';
import { TextFileError } from '../yaml/text-file-error.js';
import { readYaml } from '../yaml/yaml-file.js';

/** Secrets by the name of the RPC that they are for. */
export type SecretsByRpc = Readonly<Record<string, StringMap>>;

/** The RPC of each key of csi-sanity's file: `CreateVolumeSecret` is for CreateVolume. */
const RPC_OF: ReadonlyMap<string, string | undefined> = new Map<string, string | undefined>([
  ...[...RPCS.values()]
    .filter(({ request }) => request.fields.some(({ name }) => name === 'secrets'))
    .map(({ name }) => [`${name}Secret`, name] as const),
  ['ControllerValidateVolumeCapabilitiesSecret', 'ValidateVolumeCapabilities'],
  // For RPCs that CSI v1.5 does not have.
  ['ControllerModifyVolumeSecret', undefined],
  ['GetSnapshotSecret', undefined],
]);

/**
 * Reads a YAML file of secrets in the format of csi-sanity: for each RPC a map of strings. Throws a
 * TextFileError that quotes no secret.
 */
export function readSecrets(path: string): SecretsByRpc {
  const value = readYaml(path);
  if (value === null || value === undefined || value === '') return {};
  if (typeof value !== 'object' || Array.isArray(value)) {
    throw new TextFileError(`${path}: expected a map with keys such as CreateVolumeSecret`);
  }
  const secrets: Record<string, StringMap> = {};
  for (const [key, given] of Object.entries(value)) {
    if (!RPC_OF.has(key)) {
      const hint = didYouMean(key, RPC_OF.keys());
      throw new TextFileError(`${path}: no RPC takes ${JSON.stringify(key)}${hint}`);
    }
    const rpc = RPC_OF.get(key);
    if (rpc !== undefined) secrets[rpc] = stringMap(given, `${path}: ${key}`);
  }
  return secrets;
}
