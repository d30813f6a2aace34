import { CONTROLLER_CAPABILITIES, NODE_CAPABILITIES } from '../model/service-capability.js';
import { count, onOff, oneOf, someOf, text } from './kind.js';
import type { Option } from './option.js';
import { segments } from './segments.js';

/** The options of what a driver tells the CO that it can do. */
export const ADVERTISING = {
  attach: {
    group: 'What it advertises',
    kind: onOff,
    default: 'true',
    aliases: ['enable-attach'],
    help: 'Volumes are controller-published to a node before use; CSIDriver.attachRequired must agree.',
  },
  attachLimit: {
    group: 'What it advertises',
    kind: count,
    default: '0',
    aliases: ['max-volumes-per-node'],
    help: 'Volumes that can be controller-published to the node at a time, reported and enforced; 0: no limit.',
  },
  topology: {
    group: 'What it advertises',
    kind: onOff,
    derived: 'true when both services run in this process',
    aliases: ['enable-topology'],
    help: 'Volumes can be reached only from the node that they were made on.',
  },
  topologyKey: {
    group: 'What it advertises',
    kind: text(
      'KEY',
      /^[a-z0-9]([-a-z0-9.]{0,61}[a-z0-9])?\/[a-z0-9]([-a-z0-9_.]{0,61}[a-z0-9])?$/,
      127,
      'prefix/name in lower case, at most 63 characters on each side',
    ),
    derived: 'topology.<driver-name>/node',
    help: 'Key under which the node id is the topology segment.',
  },
  topologySegment: {
    group: 'What it advertises',
    kind: segments,
    default: '',
    help:
      'More of the topology, such as zone=z1; a key without a prefix gets that of --topology-key. ' +
      'For a controller alone: from where its pool is reached. Repeatable.',
  },
  withoutControllerCapability: {
    group: 'What it advertises',
    kind: someOf(CONTROLLER_CAPABILITIES, 'NAMES', 0),
    default: '',
    help:
      'Controller capabilities to switch off, and with each those that mean nothing without it: ' +
      `${CONTROLLER_CAPABILITIES.join(', ')}.`,
  },
  withoutNodeCapability: {
    group: 'What it advertises',
    kind: someOf(NODE_CAPABILITIES, 'NAMES', 0),
    default: '',
    help: `Node capabilities to switch off: ${NODE_CAPABILITIES.join(', ')}.`,
  },
  volumeExpansion: {
    group: 'What it advertises',
    kind: oneOf(['online', 'offline', 'off']),
    default: 'online',
    help: 'Whether volumes grow while they are in use, only while they are not, or never.',
  },
  volumeMountGroup: {
    group: 'What it advertises',
    kind: onOff,
    default: 'false',
    help: 'VOLUME_MOUNT_GROUP: a published volume is given to the group that the CO names, its fsGroup.',
  },
  inlineVolumes: {
    group: 'What it advertises',
    kind: onOff,
    default: 'true',
    help: 'Inline volumes of pods are made at publish; CSIDriver.volumeLifecycleModes must agree.',
  },
  nodeExpandRequired: {
    group: 'What it advertises',
    kind: onOff,
    default: 'true',
    help: 'ControllerExpandVolume asks for NodeExpandVolume, while the node service has EXPAND_VOLUME.',
  },
} as const satisfies Readonly<Record<string, Option<unknown>>>;
