import { LONGEST_NODE_ID, NODE_ID_SHAPE } from '../model/node-id.js';
import { ADVERTISING } from './advertising.js';
import {
  bytes,
  capacities,
  directory,
  duration,
  endpoint,
  oneOf,
  permissions,
  someOf,
  text,
  type Kind,
} from './kind.js';
import { MANY_NODES } from './many-nodes.js';
import { MISBEHAVING } from './misbehaving.js';
import { optionalFile } from './optional-path.js';
import type { Option } from './option.js';
import { WATCHING } from './watching.js';

/**
 * Every option of the driver. Its place in this table is its name: `stateDir` is `--state-dir` and
 * `CSIMOCK_STATE_DIR`.
 */
export const OPTIONS = {
  endpoint: {
    group: 'Where it listens and what it keeps',
    kind: endpoint,
    derived: 'unix://<state-dir>/csi.sock',
    env: ['CSI_ENDPOINT'],
    help: 'Unix socket to listen at.',
  },
  socketMode: {
    group: 'Where it listens and what it keeps',
    kind: permissions,
    default: '0600',
    help: 'Permissions of the socket.',
  },
  stateDir: {
    group: 'Where it listens and what it keeps',
    kind: directory,
    derived: '$XDG_STATE_HOME/csi-mock or ~/.local/state/csi-mock',
    aliases: ['statedir'],
    help: 'What was promised to the CO is kept here across restarts; one driver at a time.',
  },
  poolDir: {
    group: 'Where it listens and what it keeps',
    kind: directory,
    derived: '<state-dir>/pool',
    help: 'The data of the volumes; a directory that all nodes share lets several drivers serve them.',
  },
  sync: {
    group: 'Where it listens and what it keeps',
    kind: oneOf(['always', 'never']),
    default: 'always',
    help: 'Whether what the controller promises survives a power failure; never is for throw-away runs.',
  },

  profile: {
    group: 'What it is',
    kind: oneOf(['default', 'host-path']),
    default: 'default',
    help: 'Whose defaults apply; host-path: those of csi-driver-host-path, to run in its deployments.',
  },
  driverName: {
    group: 'What it is',
    kind: text(
      'NAME',
      /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/i,
      63,
      'a domain name of at most 63 characters: letters, digits, dashes and dots, letters or digits at its ends',
    ),
    default: 'mock.csi.test',
    aliases: ['drivername', 'name'],
    help: 'Name of the plugin, as CSIDriver and StorageClass give it.',
  },
  nodeId: {
    group: 'What it is',
    kind: text(
      'ID',
      NODE_ID_SHAPE,
      LONGEST_NODE_ID,
      `at most ${LONGEST_NODE_ID} letters, digits, dots, dashes, underscores and colons, letters or digits at its ends`,
    ),
    derived: 'the host name',
    aliases: ['nodeid'],
    // Manifests take this variable from spec.nodeName. The shorter NODE_ID and NODE_NAME are set for
    // too many other purposes to be believed.
    env: ['CSIMOCK_NODE_ID', 'KUBE_NODE_NAME'],
    help: 'Name of the node that this process serves.',
  },
  services: {
    group: 'What it is',
    kind: someOf(['controller', 'node'], 'LIST', 1),
    default: 'controller,node',
    help: 'Services beside Identity: controller, node or both.',
  },

  ...ADVERTISING,

  defaultVolumeSize: {
    group: 'Sizes',
    kind: bytes(1n),
    default: '1Gi',
    help: 'Size of a volume when the CO asks for none.',
  },
  minVolumeSize: {
    group: 'Sizes',
    kind: bytes(0n),
    default: '0',
    help: 'Smallest size of a volume; what is asked for below is made as large; 0: no bound.',
  },
  maxVolumeSize: {
    group: 'Sizes',
    kind: bytes(0n),
    default: '1Ti',
    help: 'Largest size of a volume; 0: no bound.',
  },
  capacity: {
    group: 'Sizes',
    kind: capacities,
    default: '',
    help:
      'Simulated capacity for volumes whose parameter "kind" is KIND; without KIND=, for volumes ' +
      'that name none. Repeatable.',
  },

  lifecycle: {
    group: 'How strict it is',
    kind: oneOf(['enforce', 'warn']),
    default: 'enforce',
    help: 'Whether a call out of order (attach, stage, publish and back) is refused or only logged.',
  },
  singleNodeWriterTargets: {
    group: 'How strict it is',
    kind: oneOf(['one', 'many']),
    default: 'one',
    help: 'At how many targets of its node SINGLE_NODE_WRITER can be published; many: as old drivers do.',
  },
  onOverlap: {
    group: 'How strict it is',
    kind: oneOf(['wait', 'abort']),
    default: 'wait',
    help: 'Whether a call on a volume that is busy with another waits or gets ABORTED.',
  },
  secretsFile: {
    group: 'How strict it is',
    kind: optionalFile,
    default: '',
    help: "File of the secrets that calls must bring, by RPC, in csi-sanity's format; empty: none.",
  },
  maxRequestSize: {
    group: 'How strict it is',
    kind: bytes(4096n, 2n ** 30n),
    default: '4Mi',
    help: 'Largest request message that is read.',
  },

  logLevel: {
    group: 'How it runs',
    kind: oneOf(['trace', 'debug', 'info', 'warn', 'error', 'silent']),
    default: 'info',
    help: 'The least important messages that are logged.',
  },
  logFormat: {
    group: 'How it runs',
    kind: oneOf(['auto', 'json', 'pretty']),
    default: 'auto',
    help: 'One JSON object a line, or text to read; auto: text on a terminal.',
  },
  shutdownGrace: {
    group: 'How it runs',
    kind: duration,
    default: '10s',
    help: 'How long running calls may take to end once the driver was told to stop.',
  },

  ...MANY_NODES,
  ...WATCHING,
  ...MISBEHAVING,
} as const satisfies Readonly<Record<string, Option<unknown>>>;

/** The name of an option for programs. */
export type Field = keyof typeof OPTIONS;

/** What an option's value is once it was read. */
export type ValueOf<F extends Field> =
  (typeof OPTIONS)[F]['kind'] extends Kind<infer Value> ? Value : never;

/** The options that have a default of their own. */
export type Defaulted = {
  [F in Field]: (typeof OPTIONS)[F] extends { readonly default: string } ? F : never;
}[Field];

/** The options whose default depends on something else. */
export type Derived = Exclude<Field, Defaulted>;
