import { expect } from 'chai';
import type { VolumeCapability } from '../../src/model/capability.js';
import { asksForInline, decideInlineVolume } from '../../src/model/inline-volume.js';

const MIB = 2n ** 20n;
const SIZES = { minVolumeSize: MIB, maxVolumeSize: 1024n * MIB, defaultVolumeSize: 10n * MIB };

function mount(fsType = ''): VolumeCapability {
  return {
    accessMode: 'SINGLE_NODE_WRITER',
    accessType: { kind: 'mount', fsType, mountFlags: [], volumeMountGroup: '' },
  };
}

describe('asksForInline', () => {
  const KEY = 'csi.storage.k8s.io/ephemeral';
  const CASES: readonly (readonly [context: Record<string, string>, expected: boolean])[] = [
    [{ [KEY]: 'true' }, true],
    [{ [KEY]: 'false' }, false],
    [{ [KEY]: '' }, false],
    [{ [KEY]: 'TRUE' }, false],
    [{}, false],
    [Object.create({ [KEY]: 'true' }), false],
  ];
  for (const [context, expected] of CASES) {
    it(`${JSON.stringify(context)}: ${expected}`, () => {
      expect(asksForInline(context)).to.equal(expected);
    });
  }
});

describe('decideInlineVolume', () => {
  const GOOD: readonly (readonly [
    attributes: Record<string, string>,
    fsType: string,
    bytes: bigint,
    format: string,
  ])[] = [
    [{}, '', 10n * MIB, 'directory'],
    [{}, 'anything', 10n * MIB, 'directory'],
    [{ size: '1' }, '', MIB, 'directory'],
    [{ size: '1Gi', enforceSize: 'false' }, '', 1024n * MIB, 'directory'],
    [{ enforceSize: 'true' }, '', 16n * MIB, 'ext4'],
    [{ enforceSize: 'true', size: '400Mi' }, 'xfs', 400n * MIB, 'xfs'],
    [{ enforceSize: 'true', size: '20000001' }, 'ext4', 20_000_768n, 'ext4'],
  ];
  for (const [attributes, fsType, bytes, format] of GOOD) {
    it(`${JSON.stringify(attributes)} with fs_type "${fsType}": ${bytes} bytes, ${format}`, () => {
      const request = { volumeId: 'a/b', capability: mount(fsType), attributes };
      expect(decideInlineVolume(request, SIZES)).to.deep.equal({
        answer: 'OK',
        volume: {
          id: 'a/b',
          name: 'a/b',
          capacityBytes: bytes,
          capabilities: [mount(fsType)],
          parameters: attributes,
          kind: '',
          accessibleTopology: [],
          format,
          source: null,
        },
      });
    });
  }

  const BAD: readonly (readonly [attributes: Record<string, string>, VolumeCapability, RegExp])[] =
    [
      [{ size: '1025Mi' }, mount(), /^volume_context\["size"\]: .*at most 1073741824/],
      [{ size: '0' }, mount(), /^volume_context\["size"\] must be/],
      [{ enforceSize: '1' }, mount(), /^volume_context\["enforceSize"\] must be/],
      [{ enforceSize: 'true' }, mount('btrfs'), /fs_type btrfs is not supported/],
      [{ ['x'.repeat(500)]: '' }, mount(), /^volume_context\["x{100}"\.\.\.\] is not known/],
      [
        {},
        { accessMode: 'SINGLE_NODE_WRITER', accessType: { kind: 'block' } },
        /mount access only/,
      ],
    ];
  for (const [attributes, capability, words] of BAD) {
    it(`${JSON.stringify(attributes).slice(0, 40)}: INVALID_ARGUMENT, ${words.source}`, () => {
      const request = { volumeId: 'v', capability, attributes };
      const verdict = decideInlineVolume(request, SIZES);
      expect(verdict).to.have.property('answer', 'INVALID_ARGUMENT');
      expect(verdict).to.have.property('message').that.matches(words);
    });
  }
});
