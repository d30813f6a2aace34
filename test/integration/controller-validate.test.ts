import { expect } from 'chai';
import type { ValidateVolumeCapabilitiesRequest } from '../../src/csi/generated/csi/v1/ValidateVolumeCapabilitiesRequest.js';
import type { ValidateVolumeCapabilitiesResponse__Output } from '../../src/csi/generated/csi/v1/ValidateVolumeCapabilitiesResponse.js';
import { ACCESS_MODES, implies } from '../../src/model/access-mode.js';
import { withDriver } from './driver-under-test.js';
import { newVolume } from './new-volume.js';
import { refused } from './refusal.js';
import { mountCapability } from './test-volume.js';

const modesOf = ({ confirmed }: ValidateVolumeCapabilitiesResponse__Output): unknown =>
  confirmed?.volume_capabilities.map(({ access_mode }) => access_mode?.mode);

describe('ValidateVolumeCapabilities', () => {
  const driver = withDriver({ capacity: { fast: '100Gi' } });
  const validate = (request: ValidateVolumeCapabilitiesRequest) =>
    driver.client.controller.ValidateVolumeCapabilities(request);

  for (const given of ACCESS_MODES) {
    it(`a volume of ${given}: confirmed for what that implies, and for nothing else`, async () => {
      const volume_capabilities = [mountCapability(given)];
      const { volume_id } = await newVolume(driver.client, { volume_capabilities });
      for (const wanted of ACCESS_MODES) {
        const answer = await validate({
          volume_id,
          volume_capabilities: [mountCapability(wanted)],
        });
        if (implies(given, wanted)) {
          expect(modesOf(answer)).to.deep.equal([wanted]);
          expect(answer.message).to.equal('');
        } else {
          expect(answer.confirmed).to.equal(null);
          expect(answer.message).to.include(volume_id).and.include(given).and.include(wanted);
        }
      }
    });
  }

  describe('several arguments', () => {
    const SNW = mountCapability('SINGLE_NODE_WRITER');
    const MNRO = mountCapability('MULTI_NODE_READER_ONLY');
    const MNMW = mountCapability('MULTI_NODE_MULTI_WRITER');
    const parameters = { kind: 'fast' };
    let volume_id = '';
    before(async () => {
      const volume_capabilities = [SNW, MNRO];
      ({ volume_id } = await newVolume(driver.client, { volume_capabilities, parameters }));
    });

    it('all that it was made with: confirmed as asked', async () => {
      const asked = {
        volume_context: { 'storage.kubernetes.io/csiProvisionerIdentity': '1-mock.csi.test' },
        volume_capabilities: [
          MNRO,
          SNW,
          mountCapability('SINGLE_NODE_WRITER', { fs_type: 'ext4' }),
        ],
        parameters,
      };
      const { confirmed, message } = await validate({ volume_id, ...asked, secrets: { a: 'b' } });
      expect(message).to.equal('');
      expect(confirmed?.volume_context).to.deep.equal(asked.volume_context);
      expect(confirmed?.parameters).to.deep.equal(parameters);
      expect(confirmed?.volume_capabilities).to.have.lengthOf(3);
      expect(confirmed?.volume_capabilities[2]?.mount?.fs_type).to.equal('ext4');
    });

    const cases: [string, ValidateVolumeCapabilitiesRequest, RegExp | undefined][] = [
      ['no parameters', { volume_capabilities: [SNW] }, undefined],
      [
        'parameters of Kubernetes alone',
        { volume_capabilities: [SNW], parameters: { 'csi.storage.k8s.io/pv/name': 'x' } },
        undefined,
      ],
      [
        'one capability of two that it lacks',
        { volume_capabilities: [SNW, MNMW] },
        /MULTI_NODE_MULTI/,
      ],
      [
        'block',
        { volume_capabilities: [{ access_mode: { mode: 'SINGLE_NODE_WRITER' }, block: {} }] },
        /block/,
      ],
      [
        'other parameters',
        { volume_capabilities: [SNW], parameters: { kind: 'slow' } },
        /parameters/,
      ],
      [
        'unknown parameters',
        { volume_capabilities: [SNW], parameters: { ...parameters, a: 'b' } },
        /parameters/,
      ],
    ];
    for (const [title, asked, words] of cases) {
      it(`${title}: ${words === undefined ? 'confirmed' : 'not confirmed, and why'}`, async () => {
        const { confirmed, message } = await validate({ volume_id, ...asked });
        expect(confirmed === null).to.equal(words !== undefined);
        expect(message).to.match(words ?? /^$/);
      });
    }

    const large = { key: 'x'.repeat(64 * 1024) };
    const malformed: [string, ValidateVolumeCapabilitiesRequest, RegExp][] = [
      ['no volume_id', { volume_id: '', volume_capabilities: [SNW] }, /^volume_id is required/],
      ['no capability', {}, /^volume_capabilities is required/],
      [
        'a capability without a mode',
        { volume_capabilities: [{ mount: {} }] },
        /^volume_capabilities\[0\]\.access_mode /,
      ],
      [
        'the mode UNKNOWN',
        { volume_capabilities: [{ access_mode: { mode: 'UNKNOWN' }, mount: {} }] },
        /^volume_capabilities\[0\]\.access_mode\.mode is UNKNOWN/,
      ],
      ...['volume_context', 'parameters', 'secrets'].map((field): (typeof malformed)[number] => [
        `a large ${field}`,
        { volume_capabilities: [SNW], [field]: large },
        new RegExp(`^${field} must not exceed`),
      ]),
    ];
    for (const [title, asked, words] of malformed) {
      it(`${title}: INVALID_ARGUMENT`, () =>
        refused(validate({ volume_id, ...asked }), 'INVALID_ARGUMENT', words));
      if (asked.volume_id !== undefined) continue;
      it(`${title}, of a volume that does not exist: INVALID_ARGUMENT`, () =>
        refused(validate({ volume_id: 'vol-1', ...asked }), 'INVALID_ARGUMENT', words));
    }

    it('a volume that does not exist: NOT_FOUND', () =>
      refused(validate({ volume_id: 'vol-1', volume_capabilities: [SNW] }), 'NOT_FOUND', /vol-1/));
  });
});
