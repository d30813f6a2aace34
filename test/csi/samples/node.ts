import type { NodeDefinition } from '../../../src/csi/generated/csi/v1/Node.js';
import { choice, entry, flag, int64, message, text } from '../wire.js';
import {
  blockCapability,
  condition,
  EMPTY,
  INT64_MAX,
  mountCapability,
  range,
  topology,
  type Samples,
} from './sample.js';

export const node: Samples<NodeDefinition> = {
  NodeStageVolume: {
    request: {
      wire: [
        text(1, 'vol-1'),
        entry(2, 'lun', '7'),
        text(3, '/staging'),
        message(4, ...mountCapability.wire),
        entry(5, 'password', 's3cret'),
        entry(6, 'kind', 'fast'),
      ],
      value: {
        volume_id: 'vol-1',
        publish_context: { lun: '7' },
        staging_target_path: '/staging',
        volume_capability: mountCapability.value,
        secrets: { password: 's3cret' },
        volume_context: { kind: 'fast' },
      },
    },
    response: EMPTY,
  },
  NodeUnstageVolume: {
    request: {
      wire: [text(1, 'vol-1'), text(2, '/staging')],
      value: { volume_id: 'vol-1', staging_target_path: '/staging' },
    },
    response: EMPTY,
  },
  NodePublishVolume: {
    request: {
      wire: [
        text(1, 'vol-1'),
        entry(2, 'lun', '7'),
        text(3, '/staging'),
        text(4, '/target'),
        message(5, ...blockCapability.wire),
        flag(6, true),
        entry(7, 'password', 's3cret'),
        entry(8, 'kind', 'fast'),
      ],
      value: {
        volume_id: 'vol-1',
        publish_context: { lun: '7' },
        staging_target_path: '/staging',
        target_path: '/target',
        volume_capability: blockCapability.value,
        readonly: true,
        secrets: { password: 's3cret' },
        volume_context: { kind: 'fast' },
      },
    },
    response: EMPTY,
  },
  NodeUnpublishVolume: {
    request: {
      wire: [text(1, 'vol-1'), text(2, '/target')],
      value: { volume_id: 'vol-1', target_path: '/target' },
    },
    response: EMPTY,
  },
  NodeGetVolumeStats: {
    request: {
      wire: [text(1, 'vol-1'), text(2, '/target'), text(3, '/staging')],
      value: { volume_id: 'vol-1', volume_path: '/target', staging_target_path: '/staging' },
    },
    response: {
      wire: [
        message(1, int64(1, '70'), int64(2, '100'), int64(3, '30'), choice(4, 1)),
        message(1, int64(1, '5'), int64(2, '6'), int64(3, '1'), choice(4, 2)),
        message(2, ...condition.wire),
      ],
      value: {
        usage: [
          { available: '70', total: '100', used: '30', unit: 'BYTES' },
          { available: '5', total: '6', used: '1', unit: 'INODES' },
        ],
        volume_condition: condition.value,
      },
    },
  },
  NodeExpandVolume: {
    request: {
      wire: [
        text(1, 'vol-1'),
        text(2, '/target'),
        message(3, ...range.wire),
        text(4, '/staging'),
        message(5, ...mountCapability.wire),
        entry(6, 'password', 's3cret'),
      ],
      value: {
        volume_id: 'vol-1',
        volume_path: '/target',
        capacity_range: range.value,
        staging_target_path: '/staging',
        volume_capability: mountCapability.value,
        secrets: { password: 's3cret' },
      },
    },
    response: { wire: [int64(1, INT64_MAX)], value: { capacity_bytes: INT64_MAX } },
  },
  NodeGetCapabilities: {
    request: EMPTY,
    response: {
      wire: [message(1, message(1, choice(1, 5))), message(1, message(1, choice(1, 6)))],
      value: {
        capabilities: [
          { type: 'rpc', rpc: { type: 'SINGLE_NODE_MULTI_WRITER' } },
          { type: 'rpc', rpc: { type: 'VOLUME_MOUNT_GROUP' } },
        ],
      },
    },
  },
  NodeGetInfo: {
    request: EMPTY,
    response: {
      wire: [text(1, 'node-1'), int64(2, '8'), message(3, ...topology.wire)],
      value: {
        node_id: 'node-1',
        max_volumes_per_node: '8',
        accessible_topology: topology.value,
      },
    },
  },
};
