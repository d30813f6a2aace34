import { hostname } from 'node:os';
import { join } from 'node:path';
import {
  controllerCapabilitiesWithout,
  nodeCapabilitiesWithout,
  type ControllerCapability,
  type NodeCapability,
} from './model/service-capability.js';
import type { StringMap } from './model/equality.js';
import { readArguments } from './options/arguments.js';
import { checkTogether, doubts, withPrefix } from './options/combinations.js';
import { defaultAdminSocket, defaultStateDir, defaultTopologyKey } from './options/derived.js';
import { readEnvironment, type Environment } from './options/environment.js';
import { FIELDS, isField, type Given, type Reading } from './options/given.js';
import { unknownOption } from './options/option-error.js';
import { profileDefaults } from './options/profile.js';
import { byDefault, read } from './options/reading.js';
import type { Defaulted, Derived, Field, ValueOf } from './options/table.js';

/** Everything that can be chosen about a driver: complete, checked, and frozen to the last part. */
export interface Options {
  readonly profile: ValueOf<'profile'>;
  /** Where to listen, as it was given; a unix socket. */
  readonly endpoint: string;
  /** Permission bits of the socket. */
  readonly socketMode: number;
  /** Absolute path; need not exist. */
  readonly stateDir: string;
  /** Absolute path; need not exist. */
  readonly poolDir: string;
  /** `never`: what was acknowledged may be lost with the power. */
  readonly sync: ValueOf<'sync'>;
  readonly driverName: string;
  readonly nodeId: string;
  /** The nodes that this process serves: `nodeId`, or that with a number for each of several; may be none. */
  readonly nodeIds: readonly string[];
  /** `tcp://` or a unix socket; empty: a driver is played. */
  readonly proxyEndpoint: string;
  /** A unix socket, as it was given; empty: the controller is served at `endpoint`. */
  readonly controllerEndpoint: string;
  /** What is served beside Identity; never empty. */
  readonly services: ValueOf<'services'>;
  /** Whether PUBLISH_UNPUBLISH_VOLUME is advertised, by this process or the controller elsewhere. */
  readonly attach: boolean;
  /** The volumes that can be controller-published to the node at a time; 0: no limit. */
  readonly attachLimit: number;
  readonly topology: boolean;
  /** The topology key whose segments are node ids; `prefix/name`. */
  readonly topologyKey: string;
  /** The rest of the topology, by keys that have a prefix. */
  readonly topologySegments: StringMap;
  /** What the controller service advertises, here or elsewhere, in the spec's order. */
  readonly controllerCapabilities: readonly ControllerCapability[];
  /** What the node service advertises, here or elsewhere, in the spec's order. */
  readonly nodeCapabilities: readonly NodeCapability[];
  /** When volumes grow; `off` where neither service advertises EXPAND_VOLUME. */
  readonly volumeExpansion: ValueOf<'volumeExpansion'>;
  /** Whether NodePublishVolume makes inline volumes. */
  readonly inlineVolumes: boolean;
  /** What ControllerExpandVolume answers as `node_expansion_required`. */
  readonly nodeExpandRequired: boolean;
  /** Bytes; never 0. */
  readonly defaultVolumeSize: bigint;
  /** Bytes; 0: no bound. */
  readonly minVolumeSize: bigint;
  /** Bytes; 0: no bound. */
  readonly maxVolumeSize: bigint;
  /** Bytes by kind, that of volumes without a kind under the empty one; empty: no limit at all. */
  readonly capacity: ReadonlyMap<string, bigint>;
  readonly lifecycle: ValueOf<'lifecycle'>;
  readonly singleNodeWriterTargets: ValueOf<'singleNodeWriterTargets'>;
  readonly onOverlap: ValueOf<'onOverlap'>;
  /** `HOST:PORT` or `:PORT`; empty: there is none. */
  readonly httpEndpoint: string;
  readonly statusPage: boolean;
  /** Absolute path; empty: calls need no secrets. */
  readonly secretsFile: string;
  /** Bytes. */
  readonly maxRequestSize: bigint;
  readonly logLevel: ValueOf<'logLevel'>;
  readonly logFormat: ValueOf<'logFormat'>;
  /** Milliseconds. */
  readonly shutdownGrace: number;
  /** Absolute path; empty: none. */
  readonly adminSocket: string;
  /** How many calls are kept in memory. */
  readonly callLogSize: number;
  /** What their messages may take, in bytes. */
  readonly callLogMemory: bigint;
  /** Absolute path; empty: none. */
  readonly callLogFile: string;
  /** Whether every call is written to standard output for Kubernetes' end-to-end suite. */
  readonly grpcCallLines: boolean;
  /** Absolute path; empty: none. */
  readonly faultsFile: string;
  /** Absolute path; empty: none. */
  readonly hooksFile: string;
  /** Milliseconds; never 0. */
  readonly hookTimeout: number;
  /** What should be logged at start: options without effect, and combinations that are rarely meant. */
  readonly notices: readonly string[];
}

/** Sizes, times and permissions can be written as on the command line: `10Gi`, `500ms`, `0600`. */
type Writable<Value> =
  | Value
  | (Value extends bigint ? number | string : never)
  | (Value extends number ? string : never)
  | (Value extends ReadonlyMap<string, bigint>
      ? Readonly<Record<string, bigint | number | string>>
      : never);

/** The options that a program gives; the others have their defaults. */
export type OptionsInput = { readonly [F in Field]?: Writable<ValueOf<F>> | undefined };

/**
 * Completes and checks options that a program gives. Of the environment, only the place for state
 * is taken. Throws an OptionError.
 */
export function resolveOptions(input: OptionsInput, env: Environment = process.env): Options {
  const given: Given = Object.fromEntries(
    Object.entries(input)
      .filter(([, value]) => value !== undefined)
      .map(([name, value]) => {
        if (!isField(name)) throw unknownOption(name, FIELDS);
        return [name, { value, under: name }];
      }),
  );
  return resolve({ given, notices: [] }, env);
}

/** Options from a command line, then the environment, then the profile. Throws an OptionError. */
export function optionsFromArguments(argv: readonly string[], env: Environment): Options {
  const flags = readArguments(argv);
  const variables = readEnvironment(env);
  return resolve(
    {
      given: { ...variables.given, ...flags.given },
      notices: [...variables.notices, ...flags.notices],
    },
    env,
  );
}

function resolve({ given, notices }: Reading, env: Environment): Options {
  const profile = read('profile', given.profile ?? byDefault('profile'));
  const all: Given = { ...profileDefaults(profile), ...given };
  const value = <F extends Defaulted>(field: F): ValueOf<F> =>
    read(field, all[field] ?? byDefault(field));
  const chosen = <F extends Derived>(field: F, derived: () => string): ValueOf<F> =>
    read(field, all[field] ?? { value: derived(), under: field });

  const stateDir = chosen('stateDir', () => defaultStateDir(env));
  const driverName = value('driverName');
  const services = value('services');
  const attach = value('attach');
  const nodeId = chosen('nodeId', hostname);
  const nodes = value('nodes');
  const noExpansion = value('volumeExpansion') === 'off' ? (['EXPAND_VOLUME'] as const) : [];
  const controllerCapabilities = controllerCapabilitiesWithout([
    ...value('withoutControllerCapability'),
    ...(attach ? [] : (['PUBLISH_UNPUBLISH_VOLUME'] as const)),
    ...noExpansion,
  ]);
  const nodeCapabilities = nodeCapabilitiesWithout(
    [...value('withoutNodeCapability'), ...noExpansion],
    { volumeMountGroup: value('volumeMountGroup') },
  );
  const topologyKey = chosen('topologyKey', () => defaultTopologyKey(driverName));

  const options: Omit<Options, 'notices'> = {
    profile,
    endpoint: chosen('endpoint', () => `unix://${join(stateDir, 'csi.sock')}`),
    socketMode: value('socketMode'),
    stateDir,
    poolDir: chosen('poolDir', () => join(stateDir, 'pool')),
    sync: value('sync'),
    driverName,
    nodeId,
    nodeIds: Object.freeze(services.includes('node') ? nodeIdsOf(nodeId, nodes) : []),
    controllerEndpoint: value('controllerEndpoint'),
    proxyEndpoint: value('proxyEndpoint'),
    services,
    attach: controllerCapabilities.includes('PUBLISH_UNPUBLISH_VOLUME'),
    attachLimit: value('attachLimit'),
    topology: chosen('topology', () => String(services.length === 2 && nodes === 1)),
    topologyKey,
    topologySegments: withPrefix(value('topologySegment'), topologyKey),
    controllerCapabilities: Object.freeze(controllerCapabilities),
    nodeCapabilities: Object.freeze(nodeCapabilities),
    volumeExpansion: growsVolumes(controllerCapabilities, nodeCapabilities, services)
      ? value('volumeExpansion')
      : 'off',
    inlineVolumes: value('inlineVolumes'),
    nodeExpandRequired: value('nodeExpandRequired') && nodeCapabilities.includes('EXPAND_VOLUME'),
    defaultVolumeSize: value('defaultVolumeSize'),
    minVolumeSize: value('minVolumeSize'),
    maxVolumeSize: value('maxVolumeSize'),
    capacity: value('capacity'),
    lifecycle: value('lifecycle'),
    singleNodeWriterTargets: value('singleNodeWriterTargets'),
    onOverlap: value('onOverlap'),
    httpEndpoint: value('httpEndpoint'),
    statusPage: value('statusPage'),
    secretsFile: value('secretsFile'),
    maxRequestSize: value('maxRequestSize'),
    logLevel: value('logLevel'),
    logFormat: value('logFormat'),
    shutdownGrace: value('shutdownGrace'),
    adminSocket: chosen('adminSocket', () => defaultAdminSocket(stateDir)),
    callLogSize: value('callLogSize'),
    callLogMemory: value('callLogMemory'),
    callLogFile: value('callLogFile'),
    grpcCallLines: value('grpcCallLines'),
    faultsFile: value('faultsFile'),
    hooksFile: value('hooksFile'),
    hookTimeout: value('hookTimeout'),
  };
  const combination = { ...options, nodes };
  checkTogether(combination);
  return Object.freeze({
    ...options,
    notices: Object.freeze([...notices, ...doubts(all, combination, env)]),
  });
}

/** One node has its id as it is; several are numbered. */
function nodeIdsOf(nodeId: string, nodes: number): string[] {
  if (nodes === 1) return [nodeId];
  return Array.from({ length: nodes }, (_, index) => `${nodeId}-${index + 1}`);
}

/** Whether the plugin as a whole grows volumes. A node alone cannot: the store is the controller's. */
function growsVolumes(
  controller: readonly ControllerCapability[],
  node: readonly NodeCapability[],
  services: ValueOf<'services'>,
): boolean {
  return (
    controller.includes('EXPAND_VOLUME') ||
    (services.length === 2 && node.includes('EXPAND_VOLUME'))
  );
}
