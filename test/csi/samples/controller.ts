import type { ControllerDefinition } from '../../../src/csi/generated/csi/v1/Controller.js';
import type { Snapshot__Output } from '../../../src/csi/generated/csi/v1/Snapshot.js';
import { choice, entry, flag, int32, int64, message, text } from '../wire.js';
import {
  blockCapability,
  condition,
  EMPTY,
  INT64_MAX,
  mountCapability,
  range,
  topology,
  volume,
  type Sample,
  type Samples,
} from './sample.js';

const snapshot: Sample<Snapshot__Output> = {
  wire: [
    int64(1, '4096'),
    text(2, 'snap-1'),
    text(3, 'vol-1'),
    message(4, int64(1, '1700000000'), int32(2, 999_999_999)),
    flag(5, true),
  ],
  value: {
    size_bytes: '4096',
    snapshot_id: 'snap-1',
    source_volume_id: 'vol-1',
    creation_time: { seconds: '1700000000', nanos: 999_999_999 },
    ready_to_use: true,
  },
};

export const controller: Samples<ControllerDefinition> = {
  CreateVolume: {
    request: {
      wire: [
        text(1, 'pvc-ä€😀'),
        message(2, ...range.wire),
        message(3, ...mountCapability.wire),
        message(3, ...blockCapability.wire),
        entry(4, 'tier', 'gold'),
        entry(5, 'password', 's3cret'),
        message(6, message(1, text(1, 'snap-1'))),
        message(7, message(1, ...topology.wire), message(2, entry(1, 'zone', 'Z9'))),
      ],
      value: {
        name: 'pvc-ä€😀',
        capacity_range: range.value,
        volume_capabilities: [mountCapability.value, blockCapability.value],
        parameters: { tier: 'gold' },
        secrets: { password: 's3cret' },
        volume_content_source: { type: 'snapshot', snapshot: { snapshot_id: 'snap-1' } },
        accessibility_requirements: {
          requisite: [topology.value],
          preferred: [{ segments: { zone: 'Z9' } }],
        },
      },
    },
    response: { wire: [message(1, ...volume.wire)], value: { volume: volume.value } },
  },
  DeleteVolume: {
    request: {
      wire: [text(1, 'vol-1'), entry(2, 'password', 's3cret')],
      value: { volume_id: 'vol-1', secrets: { password: 's3cret' } },
    },
    response: EMPTY,
  },
  ControllerPublishVolume: {
    request: {
      wire: [
        text(1, 'vol-1'),
        text(2, 'node-1'),
        message(3, ...mountCapability.wire),
        flag(4, true),
        entry(5, 'password', 's3cret'),
        entry(6, 'kind', 'fast'),
      ],
      value: {
        volume_id: 'vol-1',
        node_id: 'node-1',
        volume_capability: mountCapability.value,
        readonly: true,
        secrets: { password: 's3cret' },
        volume_context: { kind: 'fast' },
      },
    },
    response: {
      wire: [entry(1, 'lun', '7'), entry(1, 'portal', '::1')],
      value: { publish_context: { lun: '7', portal: '::1' } },
    },
  },
  ControllerUnpublishVolume: {
    request: {
      wire: [text(1, 'vol-1'), text(2, 'node-1'), entry(3, 'password', 's3cret')],
      value: { volume_id: 'vol-1', node_id: 'node-1', secrets: { password: 's3cret' } },
    },
    response: EMPTY,
  },
  ValidateVolumeCapabilities: {
    request: {
      wire: [
        text(1, 'vol-1'),
        entry(2, 'kind', 'fast'),
        message(3, ...blockCapability.wire),
        entry(4, 'tier', 'gold'),
        entry(5, 'password', 's3cret'),
      ],
      value: {
        volume_id: 'vol-1',
        volume_context: { kind: 'fast' },
        volume_capabilities: [blockCapability.value],
        parameters: { tier: 'gold' },
        secrets: { password: 's3cret' },
      },
    },
    response: {
      wire: [
        message(
          1,
          entry(1, 'kind', 'fast'),
          message(2, ...mountCapability.wire),
          entry(3, 'tier', 'gold'),
        ),
        text(2, 'why not'),
      ],
      value: {
        confirmed: {
          volume_context: { kind: 'fast' },
          volume_capabilities: [mountCapability.value],
          parameters: { tier: 'gold' },
        },
        message: 'why not',
      },
    },
  },
  ListVolumes: {
    request: {
      wire: [int32(1, 2_147_483_647), text(2, 'page-2')],
      value: { max_entries: 2_147_483_647, starting_token: 'page-2' },
    },
    response: {
      wire: [
        message(
          1,
          message(1, ...volume.wire),
          message(2, text(1, 'node-1'), text(1, 'node-2'), message(2, ...condition.wire)),
        ),
        text(2, 'page-3'),
      ],
      value: {
        entries: [
          {
            volume: volume.value,
            status: {
              published_node_ids: ['node-1', 'node-2'],
              volume_condition: condition.value,
            },
          },
        ],
        next_token: 'page-3',
      },
    },
  },
  GetCapacity: {
    request: {
      wire: [
        message(1, ...mountCapability.wire),
        entry(2, 'tier', 'gold'),
        message(3, ...topology.wire),
      ],
      value: {
        volume_capabilities: [mountCapability.value],
        parameters: { tier: 'gold' },
        accessible_topology: topology.value,
      },
    },
    response: {
      wire: [
        int64(1, '9007199254740993'),
        message(2, int64(1, INT64_MAX)),
        message(3, int64(1, '1')),
      ],
      value: {
        available_capacity: '9007199254740993',
        maximum_volume_size: { value: INT64_MAX },
        minimum_volume_size: { value: '1' },
      },
    },
  },
  ControllerGetCapabilities: {
    request: EMPTY,
    response: {
      wire: [message(1, message(1, choice(1, 13))), message(1, message(1, choice(1, 1)))],
      value: {
        capabilities: [
          { type: 'rpc', rpc: { type: 'SINGLE_NODE_MULTI_WRITER' } },
          { type: 'rpc', rpc: { type: 'CREATE_DELETE_VOLUME' } },
        ],
      },
    },
  },
  CreateSnapshot: {
    request: {
      wire: [
        text(1, 'vol-1'),
        text(2, 'snapshot-x'),
        entry(3, 'password', 's3cret'),
        entry(4, 'tier', 'gold'),
      ],
      value: {
        source_volume_id: 'vol-1',
        name: 'snapshot-x',
        secrets: { password: 's3cret' },
        parameters: { tier: 'gold' },
      },
    },
    response: { wire: [message(1, ...snapshot.wire)], value: { snapshot: snapshot.value } },
  },
  DeleteSnapshot: {
    request: {
      wire: [text(1, 'snap-1'), entry(2, 'password', 's3cret')],
      value: { snapshot_id: 'snap-1', secrets: { password: 's3cret' } },
    },
    response: EMPTY,
  },
  ListSnapshots: {
    request: {
      wire: [
        int32(1, 3),
        text(2, 'page-2'),
        text(3, 'vol-1'),
        text(4, 'snap-1'),
        entry(5, 'password', 's3cret'),
      ],
      value: {
        max_entries: 3,
        starting_token: 'page-2',
        source_volume_id: 'vol-1',
        snapshot_id: 'snap-1',
        secrets: { password: 's3cret' },
      },
    },
    response: {
      wire: [message(1, message(1, ...snapshot.wire)), text(2, 'page-3')],
      value: { entries: [{ snapshot: snapshot.value }], next_token: 'page-3' },
    },
  },
  ControllerExpandVolume: {
    request: {
      wire: [
        text(1, 'vol-1'),
        message(2, ...range.wire),
        entry(3, 'password', 's3cret'),
        message(4, ...blockCapability.wire),
      ],
      value: {
        volume_id: 'vol-1',
        capacity_range: range.value,
        secrets: { password: 's3cret' },
        volume_capability: blockCapability.value,
      },
    },
    response: {
      wire: [int64(1, '15'), flag(2, true)],
      value: { capacity_bytes: '15', node_expansion_required: true },
    },
  },
  ControllerGetVolume: {
    request: { wire: [text(1, 'vol-1')], value: { volume_id: 'vol-1' } },
    response: {
      wire: [
        message(1, ...volume.wire),
        message(2, text(1, 'node-1'), message(2, ...condition.wire)),
      ],
      value: {
        volume: volume.value,
        status: {
          published_node_ids: ['node-1'],
          volume_condition: condition.value,
        },
      },
    },
  },
};
