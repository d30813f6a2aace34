import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { callRecord, type CallRecord } from '../../src/calls/call-record.js';
import { keptCall } from '../../src/calls/kept-call.js';
import { plainMessage, withoutHidden } from '../../src/calls/plain-message.js';
import type { EndedCall } from '../../src/csi/ended-call.js';
import type { MessageType } from '../../src/csi/message-type.js';
import { RPCS } from '../../src/csi/rpc.js';
import { WIRE_METHODS } from '../../src/csi/wire-method.js';
import { CREATE, endedCall, PROBE, PUBLISH } from './sample-call.js';

const record = (call: EndedCall): CallRecord => callRecord(...keptCall(call, 7, 'node-1'));

describe('callRecord', () => {
  it('says which call it was, when, and what it was answered', () => {
    const answer = { response: { ready: { value: true } } };
    expect(record(endedCall(PROBE, {}, answer))).to.deep.equal({
      id: 7,
      rpc: 'Probe',
      method: PROBE,
      node: 'node-1',
      begun: '2026-01-02T03:04:05.006Z',
      ms: 1.5,
      code: 'OK',
      request: {},
      response: { ready: { value: true } },
    });
  });

  it('says why a call was refused, and has no response then', () => {
    const refused = endedCall(PUBLISH, { volume_id: 'v' }, { code: 'NOT_FOUND', message: 'no v' });
    expect(record(refused)).to.deep.include({
      code: 'NOT_FOUND',
      message: 'no v',
      request: { volume_id: 'v' },
      response: null,
    });
  });

  it('keeps a call of a method that does not exist, and not all of a long name', () => {
    const unknown = record(endedCall(`/csi.v9.Node/${'x'.repeat(5000)}`));
    expect(unknown).to.include({ request: null, response: null });
    expect(unknown.method).to.have.lengthOf(256);
  });

  it('has no request where the bytes are none', () => {
    const call = { ...endedCall(PUBLISH), requestBytes: Buffer.from([255]), request: undefined };
    expect(record(call).request).to.equal(null);
  });

  describe('of large messages', () => {
    const parameters = Object.fromEntries(
      Array.from({ length: 5000 }, (_, index) => [`key-${index}`, 'value']),
    );

    it('shows the beginning, and how much is missing', () => {
      const { request, cut } = record(endedCall(CREATE, { name: 'n'.repeat(20_000), parameters }));
      expect(cut).to.equal(true);
      expect(request?.['name']).to.match(/^n{1024}\.\.\. \(18976 more characters\)$/);
      const shown = Object.entries(request?.['parameters'] ?? {});
      expect(shown).to.have.lengthOf(65);
      expect(shown.at(-1)).to.deep.equal(['...', '... (4936 more)']);
    });

    it('keeps small ones whole', () => {
      const { request, cut } = record(endedCall(CREATE, { name: 'n'.repeat(4000) }));
      expect(cut).to.equal(undefined);
      expect(request).to.deep.equal({ name: 'n'.repeat(4000) });
    });

    it('keeps nothing of what is no message of the interface, and does not fail', () => {
      const strange = endedCall(PUBLISH, { volume_id: 'v' });
      const bytes = Buffer.alloc(100_000);
      const kept = record({ ...strange, requestBytes: bytes, request: { volume_context: 7n } });
      expect(kept.request === null || typeof kept.request === 'object').to.equal(true);
      expect(kept.cut).to.equal(true);
    });

    it('takes secrets out of what is cut too', () => {
      const secrets = { ...parameters, 'key-0': 'hunter2' };
      const whole = JSON.stringify(record(endedCall(CREATE, { name: 'a', secrets })));
      expect(whole).not.to.contain('hunter2').and.not.to.contain('key-0');
    });
  });

  describe('hides', () => {
    const proto = readFileSync(new URL('../../../proto/csi.proto', import.meta.url), 'utf8');
    const marked = new Set(
      Array.from(proto.matchAll(/(\w+) = \d+ \[\(csi_secret\) = true/g), ([, name]) => name ?? ''),
    );

    /** Every field of a message that is marked as a secret, filled. */
    function filled({ fields }: MessageType): object {
      return Object.fromEntries(
        fields.filter(({ name }) => marked.has(name)).map(({ name }) => [name, { key: 'hunter2' }]),
      );
    }

    it('something: the proto marks fields', () => {
      expect(marked).to.include('secrets');
    });

    for (const [path, { request, name }] of WIRE_METHODS) {
      if (!request.fields.some((field) => marked.has(field.name))) continue;
      it(`every field of ${name} that the proto marks as a secret`, () => {
        const shown = JSON.stringify(record(endedCall(path, filled(request))));
        expect(shown)
          .to.contain('[redacted]')
          .and.not.to.contain('hunter2')
          .and.not.to.contain('key');
      });
    }

    it("mount flags and the tokens of pods' service accounts, and nothing else", () => {
      const tokens = 'csi.storage.k8s.io/serviceAccount.tokens';
      const request = {
        volume_capability: { mount: { fs_type: 'ext4', mount_flags: ['a', 'b'] } },
        volume_context: { [tokens]: 'hunter2', kind: 'fast' },
      };
      expect(record(endedCall(PUBLISH, request)).request).to.deep.equal({
        volume_capability: { mount: { fs_type: 'ext4', mount_flags: ['[redacted]'] } },
        volume_context: { [tokens]: '[redacted]', kind: 'fast' },
      });
    });

    it('in a way that leaves a message of the same type', () => {
      const publish = RPCS.get('NodePublishVolume')?.request;
      const given = { secrets: { a: 'b' }, volume_capability: { mount: { mount_flags: ['ro'] } } };
      const shown = publish && plainMessage(withoutHidden(given, publish), publish);
      const wire = WIRE_METHODS.get(PUBLISH)?.wire;
      const again = wire?.requestDeserialize(wire.requestSerialize(shown ?? {}));
      expect(again).to.deep.include({ secrets: { '[redacted]': '[redacted]' } });
    });
  });
});
