import { count, endpoint, type Kind } from './kind.js';
import { listenAddress } from '../csi/listen-address.js';
import type { Option } from './option.js';

/** More than anybody's test needs, and few enough for a socket each. */
const MOST_NODES = 64;

const nodeCount: Kind<number> = {
  ...count,
  expected: `a number of nodes from 1 to ${MOST_NODES}`,
  read(given) {
    const nodes = count.read(given);
    return nodes === undefined || nodes < 1 || nodes > MOST_NODES ? undefined : nodes;
  },
};

const optionalEndpoint: Kind<string> = {
  ...endpoint,
  expected: `${endpoint.expected}, or nothing`,
  read: (given) => (given === '' ? '' : endpoint.read(given)),
};

const proxyEndpoint: Kind<string> = {
  form: 'value',
  placeholder: 'ADDRESS',
  expected: 'tcp://HOST:PORT, tcp://:PORT, the address of a unix socket, or nothing',
  read: (given) =>
    given === '' || (typeof given === 'string' && listenAddress(given) !== undefined)
      ? given
      : undefined,
};

/** The options of a driver that serves more than one socket. */
export const MANY_NODES = {
  controllerEndpoint: {
    group: 'Where it listens and what it keeps',
    kind: optionalEndpoint,
    default: '',
    env: ['CSI_CONTROLLER_ENDPOINT'],
    help: 'Unix socket for the Controller service, where it has one of its own; empty: --endpoint.',
  },
  proxyEndpoint: {
    group: 'Where it listens and what it keeps',
    kind: proxyEndpoint,
    default: '',
    help: 'Play no driver, but pass every connection to who connects here; TCP is open to everyone.',
  },
  nodes: {
    group: 'What it is',
    kind: nodeCount,
    default: '1',
    help: 'Nodes that this process plays; each of several has a socket and an id of its own.',
  },
} as const satisfies Readonly<Record<string, Option<unknown>>>;
