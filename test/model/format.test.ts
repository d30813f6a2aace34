import { expect } from 'chai';
import type { VolumeCapability } from '../../src/model/capability.js';
import { decideSize, sizesOf, type CapacityRange } from '../../src/model/capacity.js';
import { readParameters } from '../../src/model/creation-parameters.js';
import { decideFormat, type Format } from '../../src/model/format.js';
import { blockCapability, mountCapability } from './samples.js';

const mount = mountCapability('SINGLE_NODE_WRITER');
const block = blockCapability('SINGLE_NODE_WRITER');
const withFsType = (fsType: string): VolumeCapability => ({
  ...mount,
  accessType: { kind: 'mount', fsType, mountFlags: [], volumeMountGroup: '' },
});

describe('decideFormat', () => {
  const rows: [title: string, VolumeCapability[], enforceSize: boolean, Format | RegExp][] = [
    ['mount', [mount], false, 'directory'],
    ['mount, whatever its fs_type', [withFsType('btrfs')], false, 'directory'],
    ['mount of enforced size', [withFsType('')], true, 'ext4'],
    ['mount of enforced size with ext4', [withFsType('ext4')], true, 'ext4'],
    ['mount of enforced size with xfs', [withFsType('xfs')], true, 'xfs'],
    ['an empty fs_type beside xfs', [withFsType(''), withFsType('xfs')], true, 'xfs'],
    ['mount of enforced size with btrfs', [withFsType('btrfs')], true, /fs_type btrfs/],
    ['two file systems at once', [withFsType('ext4'), withFsType('xfs')], true, /one fs_type/],
    ['block', [block], false, 'raw'],
    ['block, whose size is a limit anyway', [block], true, 'raw'],
    ['block and mount', [block, mount], false, /exclude each other/],
  ];
  for (const [title, capabilities, enforceSize, expected] of rows) {
    it(`${title}: ${String(expected)}`, () => {
      const verdict = decideFormat(capabilities, { kind: undefined, enforceSize });
      if (typeof expected === 'string') {
        expect(verdict).to.deep.equal({ answer: 'OK', format: expected });
      } else {
        expect(verdict.answer).to.equal('INVALID_ARGUMENT');
        expect(verdict).to.have.property('message').that.matches(expected);
      }
    });
  }
});

describe('readParameters', () => {
  it('reads what is known', () => {
    expect(readParameters({ kind: 'fast', enforceSize: 'true' })).to.deep.equal({
      answer: 'OK',
      parameters: { kind: 'fast', enforceSize: true },
    });
    expect(readParameters({ enforceSize: 'false' })).to.have.deep.property('parameters', {
      kind: undefined,
      enforceSize: false,
    });
  });

  for (const [parameters, expected] of [
    [{ enforceSize: 'yes' }, /^parameters\.enforceSize must be true or false$/],
    [{ enforcesize: 'true' }, /^parameters\["enforcesize"\] is not known/],
  ] as const) {
    it(`${JSON.stringify(parameters)}: INVALID_ARGUMENT that names it`, () => {
      const verdict = readParameters(parameters);
      expect(verdict.answer).to.equal('INVALID_ARGUMENT');
      expect(verdict).to.have.property('message').that.matches(expected);
    });
  }
});

describe('the size of a volume by its format', () => {
  const Mi = 2n ** 20n;
  const rules = { minVolumeSize: 0n, maxVolumeSize: 1024n * Mi, defaultVolumeSize: 100n };
  const rows: [Format, content: bigint, CapacityRange | undefined, bigint | string][] = [
    ['directory', 0n, { requiredBytes: 1n, limitBytes: 0n }, 1n],
    ['directory', 50n, { requiredBytes: 1n, limitBytes: 0n }, 50n],
    ['directory', 50n, { requiredBytes: 1n, limitBytes: 49n }, 'OUT_OF_RANGE'],
    ['directory', 500n, undefined, 500n],
    ['raw', 0n, { requiredBytes: 1n, limitBytes: 0n }, 4096n],
    ['raw', 0n, { requiredBytes: 4097n, limitBytes: 0n }, 8192n],
    ['raw', 0n, { requiredBytes: 4097n, limitBytes: 5000n }, 'OUT_OF_RANGE'],
    ['raw', 0n, { requiredBytes: 2n ** 63n - 1n, limitBytes: 0n }, 'OUT_OF_RANGE'],
    ['ext4', 0n, undefined, 16n * Mi],
    ['xfs', 0n, { requiredBytes: 0n, limitBytes: 299n * Mi }, 'OUT_OF_RANGE'],
    ['xfs', 0n, { requiredBytes: 1n, limitBytes: 300n * Mi }, 300n * Mi],
  ];
  for (const [format, content, range, expected] of rows) {
    const asked = range && `${range.requiredBytes} to ${range.limitBytes}`;
    it(`${format} with ${content} bytes in it, asked for ${asked}: ${expected}`, () => {
      const verdict = decideSize(range, sizesOf(format, rules, content));
      expect(verdict.answer === 'OK' ? verdict.bytes : verdict.answer).to.equal(expected);
    });
  }
});
