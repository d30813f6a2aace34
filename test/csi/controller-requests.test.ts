import { expect } from 'chai';
import {
  attachRequest,
  capacityRange,
  createRequest,
  detachRequest,
  snapshotRequest,
} from '../../src/csi/controller-requests.js';
import type { ControllerPublishVolumeRequest__Output } from '../../src/csi/generated/csi/v1/ControllerPublishVolumeRequest.js';
import type { ControllerUnpublishVolumeRequest__Output } from '../../src/csi/generated/csi/v1/ControllerUnpublishVolumeRequest.js';
import type { CreateVolumeRequest__Output } from '../../src/csi/generated/csi/v1/CreateVolumeRequest.js';
import type { CreateSnapshotRequest__Output } from '../../src/csi/generated/csi/v1/CreateSnapshotRequest.js';
import { mountCapability } from '../model/samples.js';
import { refuses } from '../services/status.js';
import { mountCapability as mountSample } from './samples/sample.js';

const capability = mountCapability('SINGLE_NODE_SINGLE_WRITER', {
  fsType: 'ext4',
  mountFlags: ['noatime', 'nodev'],
  volumeMountGroup: '1000',
});
const tooLarge = { key: 'x'.repeat(64 * 1024) };

describe('createRequest', () => {
  const wire: CreateVolumeRequest__Output = {
    name: 'pvc-1',
    capacity_range: null,
    volume_capabilities: [mountSample.value],
    parameters: {},
    secrets: {},
    volume_content_source: null,
    accessibility_requirements: null,
  };
  const parsed = {
    name: 'pvc-1',
    capacityRange: undefined,
    capabilities: [capability],
    parameters: {},
    topology: undefined,
    source: null,
  };
  const [a, b] = [{ zone: 'a' }, { zone: 'b' }];

  const welcome: [string, Partial<CreateVolumeRequest__Output>, object][] = [
    ['the least', {}, {}],
    [
      'a size',
      { capacity_range: { required_bytes: '1', limit_bytes: '2' } },
      { capacityRange: { requiredBytes: 1n, limitBytes: 2n } },
    ],
    [
      'parameters, without those that Kubernetes adds',
      { parameters: { kind: 'fast', 'csi.storage.k8s.io/pvc/name': 'data' } },
      { parameters: { kind: 'fast' } },
    ],
    [
      'a snapshot as source',
      { volume_content_source: { type: 'snapshot', snapshot: { snapshot_id: 'snap-1' } } },
      { source: { kind: 'snapshot', id: 'snap-1' } },
    ],
    [
      'a volume as source',
      { volume_content_source: { type: 'volume', volume: { volume_id: 'vol-1' } } },
      { source: { kind: 'volume', id: 'vol-1' } },
    ],
    [
      'a topology',
      {
        accessibility_requirements: { requisite: [{ segments: a }], preferred: [{ segments: b }] },
      },
      { topology: { requisite: [a], preferred: [b] } },
    ],
    [
      'a preferred topology alone',
      { accessibility_requirements: { requisite: [], preferred: [{ segments: b }] } },
      { topology: { requisite: [], preferred: [b] } },
    ],
    ['secrets, of which nothing is left', { secrets: { password: 's3cret' } }, {}],
  ];
  for (const [title, fields, expected] of welcome) {
    it(`${title}: OK`, () => {
      expect(createRequest({ ...wire, ...fields }, 'all')).to.deep.equal({
        ...parsed,
        ...expected,
      });
    });
  }

  const malformed: [string, Partial<CreateVolumeRequest__Output>, RegExp][] = [
    ['no name', { name: '' }, /^name is required$/],
    ['a name of 129 bytes', { name: 'x'.repeat(129) }, /^name must not exceed 128 bytes$/],
    ['a control character in the name', { name: 'a\u0007' }, /^name must not contain control/],
    ['no capability', { volume_capabilities: [] }, /^volume_capabilities is required$/],
    [
      'a snapshot without an id',
      { volume_content_source: { type: 'snapshot', snapshot: { snapshot_id: '' } } },
      /^volume_content_source\.snapshot\.snapshot_id is required$/,
    ],
    [
      'a volume with too long an id',
      { volume_content_source: { type: 'volume', volume: { volume_id: 'x'.repeat(129) } } },
      /^volume_content_source\.volume\.volume_id must not exceed/,
    ],
    [
      'a source that is neither',
      { volume_content_source: {} },
      /^volume_content_source\.type is required/,
    ],
    ['large parameters', { parameters: tooLarge }, /^parameters must not exceed/],
    ['large secrets', { secrets: tooLarge }, /^secrets must not exceed/],
    [
      'a topology requirement that names none',
      { accessibility_requirements: { requisite: [], preferred: [] } },
      /^accessibility_requirements needs requisite, preferred or both$/,
    ],
    [
      'a large requisite topology',
      { accessibility_requirements: { requisite: [{ segments: tooLarge }], preferred: [] } },
      /^accessibility_requirements\.requisite\[0\]\.segments must not exceed/,
    ],
    [
      'a large preferred topology',
      {
        accessibility_requirements: {
          requisite: [],
          preferred: [{ segments: a }, { segments: tooLarge }],
        },
      },
      /^accessibility_requirements\.preferred\[1\]\.segments must not exceed/,
    ],
  ];
  for (const [title, fields, refusal] of malformed) {
    it(`${title}: INVALID_ARGUMENT`, () => {
      refuses(() => createRequest({ ...wire, ...fields }, 'all'), 'INVALID_ARGUMENT', refusal);
    });
  }

  it('a mode that needs SINGLE_NODE_MULTI_WRITER, without it: INVALID_ARGUMENT', () => {
    refuses(
      () => createRequest(wire, 'without SINGLE_NODE_MULTI_WRITER'),
      'INVALID_ARGUMENT',
      /^volume_capabilities\[0\]\.access_mode\.mode is SINGLE_NODE_SINGLE_WRITER/,
    );
  });
});

describe('capacityRange', () => {
  const cases: [required: string, limit: string, expected: readonly [bigint, bigint] | RegExp][] = [
    ['1', '0', [1n, 0n]],
    ['0', '1', [0n, 1n]],
    ['5', '5', [5n, 5n]],
    ['9223372036854775807', '9223372036854775807', [2n ** 63n - 1n, 2n ** 63n - 1n]],
    ['0', '0', /^capacity_range needs required_bytes, limit_bytes or both$/],
    ['-1', '0', /^capacity_range\.required_bytes must not be negative$/],
    ['1', '-1', /^capacity_range\.limit_bytes must not be negative$/],
    ['2', '1', /^capacity_range\.limit_bytes must not be smaller than required_bytes$/],
  ];
  for (const [required_bytes, limit_bytes, expected] of cases) {
    const answer = expected instanceof RegExp ? 'INVALID_ARGUMENT' : 'OK';
    it(`required ${required_bytes}, limit ${limit_bytes}: ${answer}`, () => {
      const wire = { required_bytes, limit_bytes };
      if (expected instanceof RegExp) {
        refuses(() => capacityRange(wire), 'INVALID_ARGUMENT', expected);
      } else {
        const [requiredBytes, limitBytes] = expected;
        expect(capacityRange(wire)).to.deep.equal({ requiredBytes, limitBytes });
      }
    });
  }
  it('absent: none', () => {
    expect(capacityRange(null)).to.equal(undefined);
  });
});

describe('attachRequest', () => {
  const wire: ControllerPublishVolumeRequest__Output = {
    volume_id: 'vol-1',
    node_id: 'node-1',
    volume_capability: mountSample.value,
    readonly: true,
    secrets: { password: 's3cret' },
    volume_context: { key: 'value' },
  };

  it('keeps what an attachment consists of, and no secret', () => {
    expect(attachRequest(wire, 'all')).to.deep.equal({
      volumeId: 'vol-1',
      nodeId: 'node-1',
      capability,
      readonly: true,
    });
  });

  const malformed: [string, Partial<ControllerPublishVolumeRequest__Output>, RegExp][] = [
    ['no volume_id', { volume_id: '' }, /^volume_id is required$/],
    ['volume_id of 129 bytes', { volume_id: 'x'.repeat(129) }, /^volume_id must not exceed 128/],
    ['no node_id', { node_id: '' }, /^node_id is required$/],
    ['node_id of 257 bytes', { node_id: 'x'.repeat(257) }, /^node_id must not exceed 256 bytes$/],
    ['no capability', { volume_capability: null }, /^volume_capability is required$/],
    ['large secrets', { secrets: tooLarge }, /^secrets must not exceed/],
    ['large volume_context', { volume_context: tooLarge }, /^volume_context must not exceed/],
  ];
  for (const [title, fields, refusal] of malformed) {
    it(`${title}: INVALID_ARGUMENT`, () => {
      refuses(() => attachRequest({ ...wire, ...fields }, 'all'), 'INVALID_ARGUMENT', refusal);
    });
  }
});

describe('detachRequest', () => {
  const wire: ControllerUnpublishVolumeRequest__Output = {
    volume_id: 'vol-1',
    node_id: 'node-1',
    secrets: { password: 's3cret' },
  };

  for (const node_id of ['node-1', 'x'.repeat(256), '']) {
    it(`node_id of ${node_id.length} bytes: OK`, () => {
      expect(detachRequest({ ...wire, node_id })).to.deep.equal({
        volumeId: 'vol-1',
        nodeId: node_id,
      });
    });
  }

  const malformed: [string, Partial<ControllerUnpublishVolumeRequest__Output>, RegExp][] = [
    ['no volume_id', { volume_id: '' }, /^volume_id is required$/],
    ['volume_id of 129 bytes', { volume_id: 'x'.repeat(129) }, /^volume_id must not exceed 128/],
    ['node_id of 257 bytes', { node_id: 'x'.repeat(257) }, /^node_id must not exceed 256 bytes$/],
    ['large secrets', { secrets: tooLarge }, /^secrets must not exceed/],
  ];
  for (const [title, fields, refusal] of malformed) {
    it(`${title}: INVALID_ARGUMENT`, () => {
      refuses(() => detachRequest({ ...wire, ...fields }), 'INVALID_ARGUMENT', refusal);
    });
  }
});

describe('snapshotRequest', () => {
  const wire: CreateSnapshotRequest__Output = {
    name: 'daily',
    source_volume_id: 'vol-1',
    parameters: { 'csi.storage.k8s.io/volumesnapshot/name': 'daily', own: 'x' },
    secrets: {},
  };

  it('leaves out the parameters that Kubernetes adds', () => {
    expect(snapshotRequest(wire)).to.deep.equal({
      name: 'daily',
      sourceVolumeId: 'vol-1',
      parameters: { own: 'x' },
    });
  });

  const malformed: [string, Partial<CreateSnapshotRequest__Output>, RegExp][] = [
    ['no name', { name: '' }, /^name is required/],
    ['a control character in the name', { name: 'a\u0007' }, /^name must not contain/],
    ['no volume', { source_volume_id: '' }, /^source_volume_id is required/],
    ['a long id', { source_volume_id: 'x'.repeat(129) }, /^source_volume_id must not exceed/],
    ['large parameters', { parameters: tooLarge }, /^parameters must not exceed/],
    ['large secrets', { secrets: tooLarge }, /^secrets must not exceed/],
  ];
  for (const [title, changed, words] of malformed) {
    it(`${title}: INVALID_ARGUMENT that names the field`, () => {
      refuses(() => snapshotRequest({ ...wire, ...changed }), 'INVALID_ARGUMENT', words);
    });
  }
});
