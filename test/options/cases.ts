import { resolve } from 'node:path';
import { CONTROLLER_CAPABILITIES, NODE_CAPABILITIES } from '../../src/model/service-capability.js';
import type { Field } from '../../src/options/table.js';
import type { Case } from './case.js';
import { SERVING_CASES } from './serving-cases.js';

const without = (all: readonly string[], ...gone: string[]): string[] =>
  all.filter((capability) => !gone.includes(capability));

/** What every option takes and refuses. */
export const CASES: { readonly [F in Field]: Case } = {
  endpoint: {
    good: [
      ['unix:///run/a.sock', { endpoint: 'unix:///run/a.sock' }],
      ['/run/a.sock', { endpoint: '/run/a.sock' }],
    ],
    bad: ['', 'unix://', 'unix:///a\0b', 'tcp://127.0.0.1:9000', `/${'a'.repeat(107)}`],
    expected: 'unix socket',
  },
  socketMode: {
    good: [
      ['0600', { socketMode: 0o600 }],
      ['660', { socketMode: 0o660 }],
      ['0o777', { socketMode: 0o777 }],
    ],
    bad: ['', '8', '0800', '1777', 'rw', '0x1ff', '-600'],
    expected: 'octal',
  },
  stateDir: {
    good: [
      [
        '/var/lib/x',
        {
          stateDir: '/var/lib/x',
          poolDir: '/var/lib/x/pool',
          endpoint: 'unix:///var/lib/x/csi.sock',
        },
      ],
      ['here/../there', { stateDir: resolve('there') }],
    ],
    bad: ['', 'a\0b'],
    expected: 'directory',
  },
  poolDir: { good: [['/pool/', { poolDir: '/pool' }]], bad: ['', 'a\0b'], expected: 'directory' },
  sync: {
    good: [
      ['always', { sync: 'always' }],
      ['never', { sync: 'never' }],
    ],
    bad: ['', 'true', 'Never'],
    expected: 'always or never',
  },
  profile: {
    good: [
      ['default', { profile: 'default', attach: true }],
      ['host-path', { profile: 'host-path', attach: false }],
    ],
    bad: ['', 'hostpath', 'constructor'],
    expected: 'default or host-path',
  },
  driverName: {
    good: [
      ['a', { driverName: 'a', topologyKey: 'topology.a/node' }],
      ['Hostpath.CSI.k8s.io', { topologyKey: 'topology.hostpath.csi.k8s.io/node' }],
      ['a'.repeat(63), { driverName: 'a'.repeat(63), topologyKey: `${'a'.repeat(63)}/node` }],
    ],
    bad: [
      '',
      'a'.repeat(64),
      '-a',
      'a-',
      '.a',
      'a.',
      'a..b',
      'a.-b',
      'a_b',
      'a b',
      'a/b',
      'ä',
      'a\n',
    ],
    expected: 'at most 63 characters',
  },
  nodeId: {
    good: [
      ['n', { nodeId: 'n' }],
      ['Node_1.example', { nodeId: 'Node_1.example' }],
    ],
    bad: ['', '-n', 'n-', 'a b', 'a/b', 'n'.repeat(129), 'ü', 'n\n'],
    expected: 'at most 128',
  },
  services: {
    good: [
      ['controller', { services: ['controller'], topology: false }],
      ['node', { services: ['node'], topology: false }],
      ['node, controller,node', { services: ['controller', 'node'], topology: true }],
    ],
    bad: ['', 'identity', 'controller,', 'controller;node'],
    expected: 'one or more of controller, node',
  },
  attach: {
    good: [
      ['1', { attach: true, controllerCapabilities: CONTROLLER_CAPABILITIES }],
      [
        'F',
        {
          attach: false,
          controllerCapabilities: without(
            CONTROLLER_CAPABILITIES,
            'PUBLISH_UNPUBLISH_VOLUME',
            'PUBLISH_READONLY',
            'LIST_VOLUMES_PUBLISHED_NODES',
          ),
        },
      ],
    ],
    bad: ['', 'yes', 'tRUE', '2', 'toString'],
    expected: 'true or false',
  },
  attachLimit: {
    good: [
      ['0', { attachLimit: 0 }],
      ['12', { attachLimit: 12 }],
    ],
    bad: ['', '-1', '1.5', '1e3', '0x1', '9007199254740993', 'many'],
    expected: 'whole number',
  },
  topology: {
    good: [
      ['true', { topology: true }],
      ['false', { topology: false }],
    ],
    bad: ['', 'auto'],
    expected: 'true or false',
  },
  topologyKey: {
    good: [['topology.hostpath.csi/node', { topologyKey: 'topology.hostpath.csi/node' }]],
    bad: [
      '',
      'node',
      '/node',
      'a/',
      'A/node',
      'a/b/c',
      `${'a'.repeat(64)}/n`,
      `a/${'n'.repeat(64)}`,
    ],
    expected: 'prefix/name',
  },
  topologySegment: {
    good: [
      ['', { topologySegments: {} }],
      [
        'zone=z1,topology.mock.csi.test/Rack=R.1',
        {
          topologySegments: {
            'topology.mock.csi.test/zone': 'z1',
            'topology.mock.csi.test/Rack': 'R.1',
          },
        },
      ],
      ['zone=z1,zone=z2', { topologySegments: { 'topology.mock.csi.test/zone': 'z2' } }],
    ],
    bad: [
      'zone',
      'zone=',
      '=z1',
      '/zone=z1',
      'A.b/zone=z1',
      'a/b/zone=z1',
      'zone=-z1',
      'zone=z1,Zone=z1',
      `zone=${'z'.repeat(64)}`,
      `${'k'.repeat(64)}=z1`,
    ],
    expected: 'key=value',
  },
  withoutControllerCapability: {
    good: [
      ['', { controllerCapabilities: CONTROLLER_CAPABILITIES }],
      ['GET_VOLUME', { controllerCapabilities: without(CONTROLLER_CAPABILITIES, 'GET_VOLUME') }],
      [
        'PUBLISH_UNPUBLISH_VOLUME,GET_CAPACITY',
        {
          attach: false,
          controllerCapabilities: without(
            CONTROLLER_CAPABILITIES,
            'PUBLISH_UNPUBLISH_VOLUME',
            'PUBLISH_READONLY',
            'LIST_VOLUMES_PUBLISHED_NODES',
            'GET_CAPACITY',
          ),
        },
      ],
    ],
    bad: ['get_volume', 'STAGE_UNSTAGE_VOLUME', 'UNKNOWN', 'GET_VOLUME,'],
    expected: 'CREATE_DELETE_VOLUME',
  },
  withoutNodeCapability: {
    good: [
      ['', { nodeCapabilities: NODE_CAPABILITIES }],
      [
        'EXPAND_VOLUME',
        {
          nodeCapabilities: without(NODE_CAPABILITIES, 'EXPAND_VOLUME'),
          nodeExpandRequired: false,
        },
      ],
      [
        'SINGLE_NODE_MULTI_WRITER',
        {
          nodeCapabilities: without(NODE_CAPABILITIES, 'SINGLE_NODE_MULTI_WRITER'),
          controllerCapabilities: CONTROLLER_CAPABILITIES,
        },
      ],
    ],
    bad: ['LIST_VOLUMES', 'all'],
    expected: 'STAGE_UNSTAGE_VOLUME',
  },
  volumeExpansion: {
    good: [
      ['online', { volumeExpansion: 'online', nodeCapabilities: NODE_CAPABILITIES }],
      ['offline', { volumeExpansion: 'offline', controllerCapabilities: CONTROLLER_CAPABILITIES }],
      [
        'off',
        {
          volumeExpansion: 'off',
          controllerCapabilities: without(CONTROLLER_CAPABILITIES, 'EXPAND_VOLUME'),
          nodeCapabilities: without(NODE_CAPABILITIES, 'EXPAND_VOLUME'),
        },
      ],
    ],
    bad: ['', 'ONLINE', 'true'],
    expected: 'online, offline or off',
  },
  volumeMountGroup: {
    good: [
      ['true', { nodeCapabilities: [...NODE_CAPABILITIES, 'VOLUME_MOUNT_GROUP'] }],
      ['0', { nodeCapabilities: NODE_CAPABILITIES }],
    ],
    bad: ['', '1000'],
    expected: 'true or false',
  },
  inlineVolumes: {
    good: [
      ['T', { inlineVolumes: true }],
      ['false', { inlineVolumes: false }],
    ],
    bad: ['', 'off'],
    expected: 'true or false',
  },
  nodeExpandRequired: {
    good: [
      ['t', { nodeExpandRequired: true }],
      ['0', { nodeExpandRequired: false, nodeCapabilities: NODE_CAPABILITIES }],
    ],
    bad: ['', 'required'],
    expected: 'true or false',
  },
  defaultVolumeSize: {
    good: [['5Gi', { defaultVolumeSize: 5n * 2n ** 30n }]],
    bad: ['', '0', '-1Gi', '1GB', '8Ei'],
    expected: 'from 1 to 9223372036854775807 bytes',
  },
  minVolumeSize: {
    good: [
      ['0', { minVolumeSize: 0n }],
      ['1Mi', { minVolumeSize: 2n ** 20n }],
    ],
    bad: ['', '-1', 'none'],
    expected: 'from 0 to 9223372036854775807 bytes',
  },
  capacity: {
    good: [
      ['', { capacity: new Map() }],
      ['slow=10Gi', { capacity: new Map([['slow', 10n * 2n ** 30n]]) }],
      [
        'slow=10Gi,fast=1k,slow=1Gi,0',
        {
          capacity: new Map([
            ['slow', 2n ** 30n],
            ['fast', 1000n],
            ['', 0n],
          ]),
        },
      ],
      ['__proto__=1', { capacity: new Map([['__proto__', 1n]]) }],
    ],
    bad: ['slow', 'slow=', 'slow=ten', 'slow=-1', 'slow=1=2', 'slow=1,,', `${'k'.repeat(129)}=1`],
    expected: 'kind=size',
  },
  ...SERVING_CASES,
};
