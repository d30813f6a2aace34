import { expect } from 'chai';
import type { AccessMode } from '../../src/model/access-mode.js';
import { decideMountGroup, readMountGroup } from '../../src/model/mount-group.js';
import type { PublishArguments } from '../../src/model/node-volume.js';

function publishedFor(
  volumeMountGroup: string,
  {
    readonly = false,
    accessMode = 'MULTI_NODE_MULTI_WRITER',
    mountFlags = [],
  }: {
    readonly readonly?: boolean;
    readonly accessMode?: AccessMode;
    readonly mountFlags?: readonly string[];
  } = {},
): PublishArguments {
  return {
    capability: {
      accessMode,
      accessType: { kind: 'mount', fsType: '', mountFlags, volumeMountGroup },
    },
    readonly,
    stagingTargetPath: '',
    publishContext: {},
    volumeContext: {},
  };
}

const at = (targetPath: string, published: PublishArguments) => ({
  targetPath,
  arguments: published,
});

describe('readMountGroup', () => {
  const GOOD: readonly (readonly [text: string, group: number | undefined])[] = [
    ['', undefined],
    ['0', 0],
    ['1000', 1000],
    ['4294967294', 4294967294],
  ];
  for (const [text, group] of GOOD) {
    it(`${JSON.stringify(text)}: ${group ?? 'no group'}`, () => {
      expect(readMountGroup(publishedFor(text))).to.deep.equal({ answer: 'OK', group });
    });
  }

  for (const text of [
    'staff',
    '-1',
    '+1',
    '01',
    '1.5',
    ' 1',
    '1 ',
    '0x10',
    '4294967295',
    '99999999999',
  ]) {
    it(`${JSON.stringify(text)}: INVALID_ARGUMENT`, () => {
      const verdict = readMountGroup(publishedFor(text));
      expect(verdict).to.have.property('answer', 'INVALID_ARGUMENT');
      expect(verdict).to.have.property('message').that.contains('volume_mount_group');
    });
  }

  const READ_ONLY: readonly (readonly [how: string, PublishArguments])[] = [
    ['readonly', publishedFor('7', { readonly: true })],
    ['SINGLE_NODE_READER_ONLY', publishedFor('7', { accessMode: 'SINGLE_NODE_READER_ONLY' })],
    ['MULTI_NODE_READER_ONLY', publishedFor('7', { accessMode: 'MULTI_NODE_READER_ONLY' })],
    ['mount flag ro', publishedFor('7', { mountFlags: ['noexec', 'ro'] })],
  ];
  for (const [how, published] of READ_ONLY) {
    it(`${how}: no group, but a malformed one is refused all the same`, () => {
      expect(readMountGroup(published)).to.deep.equal({ answer: 'OK', group: undefined });
    });
  }

  it('block: no group', () => {
    const block = publishedFor('');
    const capability = { ...block.capability, accessType: { kind: 'block' as const } };
    expect(readMountGroup({ ...block, capability })).to.deep.equal({
      answer: 'OK',
      group: undefined,
    });
  });
});

describe('decideMountGroup', () => {
  it('another group elsewhere: FAILED_PRECONDITION that names both and where', () => {
    const others = [at('/a', publishedFor('')), at('/b', publishedFor('1000'))];
    const verdict = decideMountGroup('v', 2000, others);
    expect(verdict).to.have.property('answer', 'FAILED_PRECONDITION');
    expect(verdict)
      .to.have.property('message')
      .that.matches(/\/b .*1000.*2000/);
  });

  const FINE: readonly (readonly [what: string, number | undefined, PublishArguments])[] = [
    ['the same group elsewhere', 1000, publishedFor('1000')],
    ['no group elsewhere', 1000, publishedFor('')],
    ['no group asked', undefined, publishedFor('1000')],
    ['another group for reading only', 2000, publishedFor('1000', { readonly: true })],
  ];
  for (const [what, group, other] of FINE) {
    it(`${what}: OK`, () => {
      expect(decideMountGroup('v', group, [at('/a', other)])).to.deep.equal({ answer: 'OK' });
    });
  }
});
