import { expect } from 'chai';
import { ACCESS_MODES, isMultiNode, type AccessMode } from '../../src/model/access-mode.js';
import type { Attachment } from '../../src/model/attachment.js';
import { decideAttach, type AttachVerdict } from '../../src/model/attach.js';
import { capableVolume, mountCapability } from './samples.js';

const volume = capableVolume(mountCapability('MULTI_NODE_MULTI_WRITER'));

/** Fields of a mount capability beside the access mode, and how a refusal names them. */
const OTHER_MOUNTS = [
  ['fs_type', { fsType: 'xfs' }, /: fs_type \(none there, xfs asked\)/],
  ['mount_flags', { mountFlags: ['noexec'] }, /: mount_flags(, readonly|$)/],
  ['volume_mount_group', { volumeMountGroup: '7' }, /: volume_mount_group \(none there, 7 asked\)/],
] as const;

function attachment(nodeId: string, mode: AccessMode, readonly = false): Attachment {
  return { volumeId: 'vol-1', nodeId, capability: mountCapability(mode), readonly };
}

function attach(
  request: Attachment,
  attachments: readonly Attachment[],
  { limit = 0, attachedToNode = 0, publishReadonly = true, on = volume } = {},
): AttachVerdict {
  return decideAttach(
    request,
    { volume: on, attachments, attachedToNode, limit },
    { publishReadonly },
  );
}

function message(verdict: AttachVerdict): string {
  return 'message' in verdict ? verdict.message : '';
}

describe('decideAttach', () => {
  for (const mode of ACCESS_MODES) {
    describe(mode, () => {
      const there = [attachment('node-1', mode)];

      it('same node, same capability and readonly: OK (idempotent)', () => {
        expect(attach(attachment('node-1', mode), there).answer).to.equal('OK (idempotent)');
      });
      it('same node, another readonly: ALREADY_EXISTS', () => {
        const verdict = attach(attachment('node-1', mode, true), there);
        expect(verdict.answer).to.equal('ALREADY_EXISTS');
        expect(message(verdict)).to.include('readonly');
      });
      for (const [field, mount, words] of OTHER_MOUNTS) {
        it(`same node, another ${field}: ALREADY_EXISTS that names it, and nothing else`, () => {
          const asked = { ...attachment('node-1', mode), capability: mountCapability(mode, mount) };
          const verdict = attach(asked, there);
          expect(verdict.answer).to.equal('ALREADY_EXISTS');
          expect(message(verdict)).to.match(words).and.not.include(mode);
          expect(message(attach({ ...asked, readonly: true }, there)))
            .to.match(words)
            .and.match(/readonly \(false there, true asked\)$/);
        });
      }
      it('same node, another capability: ALREADY_EXISTS, also when the volume lacks it', () => {
        const other = attachment(
          'node-1',
          mode === 'SINGLE_NODE_WRITER' ? 'SINGLE_NODE_READER_ONLY' : 'SINGLE_NODE_WRITER',
        );
        const narrow = capableVolume(mountCapability(mode));
        expect(attach(other, there).answer).to.equal('ALREADY_EXISTS');
        expect(attach(other, there, { on: narrow }).answer).to.equal('ALREADY_EXISTS');
      });
      if (isMultiNode(mode) && mode !== 'MULTI_NODE_SINGLE_WRITER') {
        it('another node: OK', () => {
          expect(attach(attachment('node-2', mode), there).answer).to.equal('OK');
        });
      }
      if (!isMultiNode(mode)) {
        it('another node: FAILED_PRECONDITION that names the node that has it', () => {
          const verdict = attach(attachment('node-2', mode), there);
          expect(verdict.answer).to.equal('FAILED_PRECONDITION');
          expect(message(verdict)).to.include('node-1');
        });
      }
      for (const other of ACCESS_MODES.filter((each) => each !== mode)) {
        it(`another node, which has it as ${other}: FAILED_PRECONDITION`, () => {
          const verdict = attach(attachment('node-2', mode), [attachment('node-1', other)]);
          expect(verdict.answer).to.equal('FAILED_PRECONDITION');
          expect(message(verdict)).to.include('node-1').and.include(other);
        });
      }
    });
  }

  describe('MULTI_NODE_SINGLE_WRITER at another node', () => {
    const mode = 'MULTI_NODE_SINGLE_WRITER';
    const cases: [string, Attachment[], boolean, string][] = [
      [
        'a writer there, a writer asked',
        [attachment('node-1', mode)],
        false,
        'FAILED_PRECONDITION',
      ],
      ['a writer there, a reader asked', [attachment('node-1', mode)], true, 'OK'],
      ['a reader there, a writer asked', [attachment('node-1', mode, true)], false, 'OK'],
      [
        'a reader and a writer there, a writer asked',
        [attachment('node-1', mode, true), attachment('node-3', mode)],
        false,
        'FAILED_PRECONDITION',
      ],
    ];
    for (const [title, there, readonly, expected] of cases) {
      it(`${title}: ${expected}`, () => {
        const verdict = attach(attachment('node-2', mode, readonly), there);
        expect(verdict.answer).to.equal(expected);
        if (expected !== 'OK') expect(message(verdict)).to.include(there.at(-1)?.nodeId);
      });
    }
    it('without PUBLISH_READONLY: one node only', () => {
      const verdict = attach(attachment('node-2', mode), [attachment('node-1', mode)], {
        publishReadonly: false,
      });
      expect(verdict.answer).to.equal('FAILED_PRECONDITION');
    });
  });

  it('a mode that the volume lacks: FAILED_PRECONDITION', () => {
    const on = capableVolume(mountCapability('SINGLE_NODE_SINGLE_WRITER'));
    const verdict = attach(attachment('node-1', 'SINGLE_NODE_MULTI_WRITER'), [], { on });
    expect(verdict.answer).to.equal('FAILED_PRECONDITION');
  });

  describe('the limit of attached volumes', () => {
    const mode = 'SINGLE_NODE_WRITER';
    it('reached: RESOURCE_EXHAUSTED', () => {
      const verdict = attach(attachment('node-1', mode), [], { limit: 2, attachedToNode: 2 });
      expect(verdict.answer).to.equal('RESOURCE_EXHAUSTED');
    });
    it('not reached: OK', () => {
      expect(
        attach(attachment('node-1', mode), [], { limit: 2, attachedToNode: 1 }).answer,
      ).to.equal('OK');
    });
    it('reached, but the volume is there already: OK (idempotent)', () => {
      const there = [attachment('node-1', mode)];
      expect(
        attach(attachment('node-1', mode), there, { limit: 1, attachedToNode: 1 }).answer,
      ).to.equal('OK (idempotent)');
    });
  });
});
