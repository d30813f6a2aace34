import { sameMap, type StringMap } from '../model/equality.js';
import type { ControllerCapability } from '../model/service-capability.js';
import { defaultAdminSocket } from './derived.js';
import type { Environment } from './environment.js';
import { endpoint } from './kind.js';
import type { Given } from './given.js';
import { OptionError } from './option-error.js';
import type { ValueOf } from './table.js';

/** The options that are looked at together. */
interface Combination {
  readonly profile: ValueOf<'profile'>;
  readonly driverName: string;
  readonly services: ValueOf<'services'>;
  readonly stateDir: string;
  readonly nodeId: string;
  readonly nodeIds: readonly string[];
  readonly nodes: ValueOf<'nodes'>;
  readonly endpoint: string;
  readonly controllerEndpoint: string;
  readonly httpEndpoint: string;
  readonly statusPage: boolean;
  readonly topology: boolean;
  readonly topologyKey: string;
  readonly topologySegments: StringMap;
  readonly volumeExpansion: ValueOf<'volumeExpansion'>;
  readonly controllerCapabilities: readonly ControllerCapability[];
  readonly minVolumeSize: bigint;
  readonly maxVolumeSize: bigint;
}

/** Throws an OptionError for what no option can check alone. */
export function checkTogether(options: Combination): void {
  const { topology, nodeId, nodeIds, topologyKey, topologySegments, minVolumeSize, maxVolumeSize } =
    options;
  const unfit = [nodeId, ...nodeIds].some(
    (id) => !/^[a-z0-9]([-a-z0-9_.]{0,61}[a-z0-9])?$/i.test(id),
  );
  if (topology && unfit) {
    throw new OptionError(
      'node-id',
      'a topology segment, as topology is on: at most 63 letters, digits, dashes, underscores and dots',
      nodeId,
    );
  }
  const same = Object.keys(topologySegments).find(
    (key) => key.toLowerCase() === topologyKey.toLowerCase(),
  );
  if (same !== undefined) {
    throw new OptionError(
      'topology-segment',
      `keys other than the topology-key ${topologyKey}, under which the node id is`,
      same,
    );
  }
  if (
    options.volumeExpansion === 'offline' &&
    !options.controllerCapabilities.includes('EXPAND_VOLUME')
  ) {
    throw new OptionError(
      'volume-expansion',
      'online or off, as the controller service is without EXPAND_VOLUME',
      'offline',
    );
  }
  checkSockets(options);
  if (maxVolumeSize > 0n && minVolumeSize > maxVolumeSize) {
    throw new OptionError(
      'min-volume-size',
      `at most the max-volume-size of ${maxVolumeSize} bytes`,
      minVolumeSize,
    );
  }
}

/** Each node has a socket beside the endpoint, whose path grows by its id. */
function checkSockets({
  nodes,
  nodeIds,
  endpoint: address,
  services,
  controllerEndpoint,
}: Combination): void {
  if (controllerEndpoint !== '' && services.length < 2) {
    throw new OptionError(
      'controller-endpoint',
      'nothing, as --endpoint is the only socket of a single service',
      controllerEndpoint,
    );
  }
  if (nodes > 1 && nodeIds.length === 0) {
    throw new OptionError('nodes', '1, as option services is without node', nodes);
  }
  const [longest = ''] = nodeIds.toSorted((a, b) => b.length - a.length);
  if (nodeIds.length > 1 && endpoint.read(`${address}.${longest}.sock`) === undefined) {
    throw new OptionError(
      'endpoint',
      `short enough for the sockets of ${nodeIds.length} nodes`,
      address,
    );
  }
}

/** What is allowed, but rarely meant. */
export function doubts(given: Given, options: Combination, env: Environment): string[] {
  const found: string[] = [];
  if (options.driverName === 'hostpath.csi.k8s.io' && options.profile !== 'host-path') {
    found.push(
      'option driver-name is that of csi-driver-host-path, but its defaults apply only with --profile=host-path',
    );
  }
  if (
    given.nodeId === undefined &&
    options.services.includes('node') &&
    env.KUBERNETES_SERVICE_HOST
  ) {
    found.push(
      'option node-id is not given, so it is the host name, which in a pod is the name of the pod: ' +
        'set KUBE_NODE_NAME from spec.nodeName',
    );
  }
  if (given.adminSocket === undefined && defaultAdminSocket(options.stateDir) === '') {
    found.push(
      'the path of the state directory is too long for an admin socket in it; --admin-socket names another place',
    );
  }
  if (options.statusPage && options.httpEndpoint === '') {
    found.push('option status-page has no effect without http-endpoint');
  }
  if (!options.topology && !sameMap(options.topologySegments, {})) {
    found.push('option topology-segment has no effect, as topology is off');
  }
  if (prefixes(options).size > 1) {
    found.push(
      'option topology-segment has another prefix than option topology-key; the CSI wants the same ' +
        'in all topology keys of a driver',
    );
  }
  return found;
}

function prefixes({ topologyKey, topologySegments }: Combination): Set<string> {
  return new Set([topologyKey, ...Object.keys(topologySegments)].map((key) => prefixOf(key)));
}

/** The keys of segments, with the topology key's prefix where they have none. */
export function withPrefix(given: StringMap, topologyKey: string): StringMap {
  return Object.freeze(
    Object.fromEntries(
      Object.entries(given).map(([key, value]) => [
        key.includes('/') ? key : `${prefixOf(topologyKey)}/${key}`,
        value,
      ]),
    ),
  );
}

function prefixOf(key: string): string {
  return key.slice(0, key.indexOf('/'));
}
