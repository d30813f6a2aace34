import { expect } from 'chai';
import {
  knownModes,
  optionalVolumeCapability,
  volumeCapabilities,
  volumeCapability,
  type KnownModes,
} from '../../src/csi/capability-field.js';
import type { VolumeCapability__Output } from '../../src/csi/generated/csi/v1/VolumeCapability.js';
import { csi } from '../../src/csi/proto.js';
import { ACCESS_MODES, needsSingleNodeMultiWriter } from '../../src/model/access-mode.js';
import { blockCapability, mountCapability } from '../model/samples.js';
import { refuses } from '../services/status.js';
import { choice, encode, message, text, type Field } from './wire.js';

/** A capability that arrives with these fields. */
function arrived(...fields: readonly Field[]): VolumeCapability__Output {
  const { requestDeserialize } = csi.Controller.service.ValidateVolumeCapabilities;
  const [capability] = requestDeserialize(encode([message(3, ...fields)])).volume_capabilities;
  if (capability === undefined) throw new Error('no capability arrived');
  return capability;
}

const block = message(1);
const mount = (...fields: readonly Field[]): Field => message(2, ...fields);
const mode = (number: number): Field => message(3, choice(1, number));

/** A list of known flags that has so many bytes, which are even. */
const flags = (bytes: number): Field[] => Array.from({ length: bytes / 2 }, () => text(2, 'ro'));

function parse(wire: VolumeCapability__Output | null, known: KnownModes = 'all') {
  return volumeCapability(wire, 'volume_capability', known);
}

function parseAll(...wire: VolumeCapability__Output[]) {
  return volumeCapabilities(wire, 'volume_capabilities', 'all');
}

function parseOptional(wire: VolumeCapability__Output | null) {
  return optionalVolumeCapability(wire, 'volume_capability', 'without SINGLE_NODE_MULTI_WRITER');
}

describe('volumeCapability', () => {
  for (const [index, accessMode] of ACCESS_MODES.entries()) {
    it(`${accessMode}, for mount and for block`, () => {
      expect(parse(arrived(mount(), mode(index + 1)))).to.deep.equal(mountCapability(accessMode));
      expect(parse(arrived(block, mode(index + 1)))).to.deep.equal(blockCapability(accessMode));
    });
    const known: KnownModes = 'without SINGLE_NODE_MULTI_WRITER';
    if (needsSingleNodeMultiWriter(accessMode)) {
      it(`${accessMode} without the capability for it: INVALID_ARGUMENT that names both`, () => {
        const wire = arrived(mount(), mode(index + 1));
        const words = new RegExp(
          `^volume_capability\\.access_mode\\.mode is ${accessMode}, .*SINGLE_NODE_MULTI_WRITER; it is not advertised`,
        );
        refuses(() => parse(wire, known), 'INVALID_ARGUMENT', words);
      });
    } else {
      it(`${accessMode} without SINGLE_NODE_MULTI_WRITER`, () => {
        const wire = arrived(mount(), mode(index + 1));
        expect(parse(wire, known).accessMode).to.equal(accessMode);
      });
    }
  }

  it('fs_type, mount_flags and volume_mount_group', () => {
    const wire = arrived(
      mount(text(1, 'ext4'), text(2, 'noatime'), text(2, 'ro'), text(3, '1000')),
      mode(1),
    );
    expect(parse(wire)).to.deep.equal(
      mountCapability('SINGLE_NODE_WRITER', {
        fsType: 'ext4',
        mountFlags: ['noatime', 'ro'],
        volumeMountGroup: '1000',
      }),
    );
  });

  const long = 'x'.repeat(129);
  const malformed: [string, VolumeCapability__Output | null, RegExp][] = [
    ['absent', null, /^volume_capability is required$/],
    ['no access mode', arrived(mount()), /^volume_capability\.access_mode is required$/],
    ['UNKNOWN', arrived(mount(), mode(0)), /^volume_capability\.access_mode\.mode is UNKNOWN; /],
    ['a later mode', arrived(mount(), mode(42)), /^volume_capability\.access_mode\.mode is 42; /],
    [
      'a negative mode',
      arrived(mount(), mode(-1)),
      /^volume_capability\.access_mode\.mode is -1; /,
    ],
    ['no access type', arrived(mode(1)), /^volume_capability\.access_type is required/],
    [
      'fs_type of 129 bytes',
      arrived(mount(text(1, long)), mode(1)),
      /^volume_capability\.mount\.fs_type must not exceed 128 bytes$/,
    ],
    [
      'volume_mount_group of 129 bytes',
      arrived(mount(text(3, long)), mode(1)),
      /^volume_capability\.mount\.volume_mount_group must not exceed 128 bytes$/,
    ],
    [
      'mount_flags of more than 4 KiB in all',
      arrived(mount(...flags(4098)), mode(1)),
      /^volume_capability\.mount\.mount_flags must not exceed 4096 bytes in all$/,
    ],
    [
      'an unknown mount flag, which may be a secret and is not quoted',
      arrived(mount(text(2, 'ro'), text(2, 'password=s3cret')), mode(1)),
      /^volume_capability\.mount\.mount_flags\[1\] is no mount flag that this driver knows$/,
    ],
    [
      'an empty mount flag',
      arrived(mount(text(2, '')), mode(1)),
      /^volume_capability\.mount\.mount_flags\[0\] /,
    ],
  ];
  for (const [title, wire, refusal] of malformed) {
    it(`${title}: INVALID_ARGUMENT`, () => {
      refuses(() => parse(wire), 'INVALID_ARGUMENT', refusal);
    });
  }

  it('mount_flags of 4 KiB in all: OK', () => {
    expect(parse(arrived(mount(...flags(4096)), mode(1))))
      .to.have.nested.property('accessType.mountFlags')
      .with.lengthOf(2048);
  });
});

describe('optionalVolumeCapability', () => {
  it('left out: OK, none', () => {
    expect(parseOptional(null)).to.equal(undefined);
  });
  it('given: as one that is required', () => {
    expect(parseOptional(arrived(block, mode(1)))).to.deep.equal(
      blockCapability('SINGLE_NODE_WRITER'),
    );
    refuses(
      () => parseOptional(arrived(mode(1))),
      'INVALID_ARGUMENT',
      /^volume_capability\.access_type/,
    );
    refuses(
      () => parseOptional(arrived(block, mode(6))),
      'INVALID_ARGUMENT',
      /it is not advertised here$/,
    );
  });
});

describe('knownModes', () => {
  it('all with the capability SINGLE_NODE_MULTI_WRITER, else those without it', () => {
    const other = 'EXPAND_VOLUME';
    expect(knownModes({ capabilities: new Set([other, 'SINGLE_NODE_MULTI_WRITER']) })).to.equal(
      'all',
    );
    expect(knownModes({ capabilities: new Set([other]) })).to.equal(
      'without SINGLE_NODE_MULTI_WRITER',
    );
  });
});

describe('volumeCapabilities', () => {
  it('takes all, in their order', () => {
    expect(parseAll(arrived(mount(), mode(1)), arrived(block, mode(5)))).to.deep.equal([
      mountCapability('SINGLE_NODE_WRITER'),
      blockCapability('MULTI_NODE_MULTI_WRITER'),
    ]);
  });
  it('none: INVALID_ARGUMENT', () => {
    refuses(() => parseAll(), 'INVALID_ARGUMENT', /^volume_capabilities is required$/);
  });
  it('takes each once, however often it is named', () => {
    const many = Array.from({ length: 1000 }, () => arrived(mount(), mode(1)));
    expect(parseAll(...many)).to.deep.equal([mountCapability('SINGLE_NODE_WRITER')]);
  });
  it('more different ones than are worth comparing: INVALID_ARGUMENT', () => {
    const many = Array.from({ length: 65 }, (_, group) =>
      arrived(mount(text(3, String(group))), mode(1)),
    );
    refuses(() => parseAll(...many), 'INVALID_ARGUMENT', /^volume_capabilities must not hold more/);
  });
  it('a malformed one: INVALID_ARGUMENT that says which', () => {
    refuses(
      () => parseAll(arrived(mount(), mode(1)), arrived(mount(), mode(0))),
      'INVALID_ARGUMENT',
      /^volume_capabilities\[1\]\.access_mode\.mode is UNKNOWN/,
    );
  });
});
