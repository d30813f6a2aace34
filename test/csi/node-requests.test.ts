import { expect } from 'chai';
import type { NodePublishVolumeRequest__Output } from '../../src/csi/generated/csi/v1/NodePublishVolumeRequest.js';
import type { NodeStageVolumeRequest__Output } from '../../src/csi/generated/csi/v1/NodeStageVolumeRequest.js';
import { publishRequest, stageRequest } from '../../src/csi/node-requests.js';
import { mountCapability } from '../model/samples.js';
import { refuses } from '../services/status.js';
import { mountCapability as mountSample } from './samples/sample.js';

const capability = mountCapability('SINGLE_NODE_SINGLE_WRITER', {
  fsType: 'ext4',
  mountFlags: ['noatime', 'nodev'],
  volumeMountGroup: '1000',
});
const common = {
  volume_id: 'vol-1',
  publish_context: { attached: 'yes' },
  staging_target_path: '/staging/',
  volume_capability: mountSample.value,
  secrets: { password: 's3cret' },
  volume_context: { key: 'value', 'csi.storage.k8s.io/pod.name': 'pod-1' },
};
const tooLarge = { key: 'x'.repeat(64 * 1024) };

/** What both requests must have, and how it can be wrong. */
const malformed: [string, Partial<NodeStageVolumeRequest__Output>, RegExp][] = [
  ['no volume_id', { volume_id: '' }, /^volume_id is required$/],
  ['volume_id of 129 bytes', { volume_id: 'x'.repeat(129) }, /^volume_id must not exceed 128/],
  ['no capability', { volume_capability: null }, /^volume_capability is required$/],
  ['a relative staging path', { staging_target_path: 'a' }, /^staging_target_path must be an abs/],
  ['a climbing staging path', { staging_target_path: '/a/..' }, /^staging_target_path must not/],
  ['large secrets', { secrets: tooLarge }, /^secrets must not exceed/],
  ['large publish_context', { publish_context: tooLarge }, /^publish_context must not exceed/],
  ['large volume_context', { volume_context: tooLarge }, /^volume_context must not exceed/],
];

describe('stageRequest', () => {
  const wire: NodeStageVolumeRequest__Output = common;

  it('keeps volume, path and capability, and no secret', () => {
    expect(stageRequest(wire, 'all')).to.deep.equal({
      volumeId: 'vol-1',
      path: '/staging',
      capability,
    });
  });

  it('no staging_target_path: INVALID_ARGUMENT', () => {
    refuses(
      () => stageRequest({ ...wire, staging_target_path: '' }, 'all'),
      'INVALID_ARGUMENT',
      /^staging_target_path is required$/,
    );
  });
  for (const [title, fields, refusal] of malformed) {
    it(`${title}: INVALID_ARGUMENT`, () => {
      refuses(() => stageRequest({ ...wire, ...fields }, 'all'), 'INVALID_ARGUMENT', refusal);
    });
  }
});

describe('publishRequest', () => {
  const wire: NodePublishVolumeRequest__Output = {
    ...common,
    target_path: '//target/./a',
    readonly: true,
  };

  it('takes the call apart into T and P: no secret, no key of Kubernetes, one name for each path', () => {
    expect(publishRequest(wire, 'all')).to.deep.equal({
      volumeId: 'vol-1',
      targetPath: '/target/a',
      arguments: {
        capability,
        readonly: true,
        stagingTargetPath: '/staging',
        publishContext: { attached: 'yes' },
        volumeContext: { key: 'value' },
      },
    });
  });

  it('no staging_target_path: OK, the rules know whether it is needed', () => {
    const { arguments: parsed } = publishRequest({ ...wire, staging_target_path: '' }, 'all');
    expect(parsed.stagingTargetPath).to.equal('');
  });
  it('no target_path: INVALID_ARGUMENT', () => {
    refuses(
      () => publishRequest({ ...wire, target_path: '' }, 'all'),
      'INVALID_ARGUMENT',
      /^target_path is required$/,
    );
  });
  it('a mode that needs SINGLE_NODE_MULTI_WRITER, without it: INVALID_ARGUMENT', () => {
    refuses(
      () => publishRequest(wire, 'without SINGLE_NODE_MULTI_WRITER'),
      'INVALID_ARGUMENT',
      /^volume_capability\.access_mode\.mode is SINGLE_NODE_SINGLE_WRITER/,
    );
  });
  for (const [title, fields, refusal] of malformed) {
    it(`${title}: INVALID_ARGUMENT`, () => {
      refuses(() => publishRequest({ ...wire, ...fields }, 'all'), 'INVALID_ARGUMENT', refusal);
    });
  }
});
