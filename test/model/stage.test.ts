import { expect } from 'chai';
import type { VolumeCapability } from '../../src/model/capability.js';
import type { Staging } from '../../src/model/node-volume.js';
import { decideStage, decideUnstage } from '../../src/model/stage.js';
import {
  blockCapability,
  capableVolume,
  mountCapability,
  publication,
  publishArguments,
  RULES,
} from './samples.js';

const MODE = 'SINGLE_NODE_SINGLE_WRITER';
const volume = capableVolume(mountCapability(MODE));
const staged: Staging = {
  path: '/staging',
  capability: mountCapability(MODE, { fsType: 'ext4' }),
  readonly: false,
};

describe('decideStage', () => {
  const cases: [
    string,
    {
      path?: string;
      capability?: VolumeCapability;
      staging?: Staging | null;
      attached?: boolean;
      attachedReadonly?: boolean;
    },
    string,
    RegExp,
  ][] = [
    ['first call', { staging: null }, 'OK', /^$/],
    ['same path, same capability', {}, 'OK (idempotent)', /^$/],
    [
      'same path, another volume_mount_group',
      { capability: mountCapability(MODE, { fsType: 'ext4', volumeMountGroup: '7' }) },
      'OK (idempotent)',
      /^$/,
    ],
    [
      'same path, another fs_type',
      { capability: mountCapability(MODE, { fsType: 'xfs' }) },
      'ALREADY_EXISTS',
      /already staged.*: fs_type \(ext4 there, xfs asked\)$/,
    ],
    [
      'same path, other mount_flags',
      { capability: mountCapability(MODE, { fsType: 'ext4', mountFlags: ['ro'] }) },
      'ALREADY_EXISTS',
      /already staged.*: mount_flags$/,
    ],
    [
      'same path, another mode, even one that the volume lacks',
      { capability: mountCapability('MULTI_NODE_MULTI_WRITER', { fsType: 'ext4' }) },
      'ALREADY_EXISTS',
      /: access mode \(SINGLE_NODE_SINGLE_WRITER there, MULTI_NODE_MULTI_WRITER asked\)$/,
    ],
    [
      'same path, block',
      {
        capability: blockCapability(MODE),
        staging: { ...staged, capability: mountCapability(MODE) },
      },
      'ALREADY_EXISTS',
      /: access type \(mount there, block asked\)$/,
    ],
    ['same path, attached as before', { attachedReadonly: false }, 'OK (idempotent)', /^$/],
    [
      'same path, attached read-only meanwhile',
      { attachedReadonly: true },
      'ALREADY_EXISTS',
      /: controller-published readonly \(false there, true asked\)$/,
    ],
    [
      'same path, attached writable meanwhile',
      { attachedReadonly: false, staging: { ...staged, readonly: true } },
      'ALREADY_EXISTS',
      /: controller-published readonly \(true there, false asked\)$/,
    ],
    ['same path, no longer attached', { attached: false }, 'OK (idempotent)', /^$/],
    ['another path', { path: '/other' }, 'FAILED_PRECONDITION', /already staged at \/staging/],
    [
      'another path and another capability',
      { path: '/other', capability: mountCapability(MODE, { fsType: 'xfs' }) },
      'FAILED_PRECONDITION',
      /already staged/,
    ],
    [
      'a mode that the volume lacks',
      { staging: null, capability: mountCapability('SINGLE_NODE_MULTI_WRITER') },
      'FAILED_PRECONDITION',
      /does not support/,
    ],
    [
      'block on a volume made for mount',
      { staging: null, capability: blockCapability(MODE) },
      'FAILED_PRECONDITION',
      /does not support/,
    ],
    [
      'not attached',
      { staging: null, attached: false },
      'FAILED_PRECONDITION',
      /not controller-published/,
    ],
  ];
  for (const [
    title,
    {
      path = '/staging',
      capability = staged.capability,
      staging = staged,
      attached = true,
      attachedReadonly,
    },
    expected,
    message,
  ] of cases) {
    it(`${title}: ${expected}`, () => {
      const verdict = decideStage(
        { volumeId: 'vol-1', path, capability },
        { volume, attached, attachedReadonly, staging },
        RULES,
      );
      expect(verdict.answer).to.equal(expected);
      expect('message' in verdict ? verdict.message : '').to.match(message);
    });
  }

  it('lifecycle: warn stages what is not attached, with a warning', () => {
    const verdict = decideStage(
      { volumeId: 'vol-1', path: '/staging', capability: staged.capability },
      { volume, attached: false, attachedReadonly: undefined, staging: null },
      { ...RULES, lifecycle: 'warn' },
    );
    expect(verdict).to.have.property('warnings').with.lengthOf(1);
  });
});

describe('decideUnstage', () => {
  const published = [
    publication('/a', publishArguments(mountCapability(MODE))),
    publication('/b', publishArguments(mountCapability(MODE))),
  ];
  const request = { volumeId: 'vol-1', path: '/staging' };
  const living = { staging: staged, publications: published };

  it('not published: OK', () => {
    expect(decideUnstage(request, { ...living, publications: [] }, RULES).answer).to.equal('OK');
  });
  it('published, but staged elsewhere or not at all: OK', () => {
    expect(decideUnstage({ ...request, path: '/other' }, living, RULES).answer).to.equal('OK');
    expect(decideUnstage(request, { ...living, staging: null }, RULES).answer).to.equal('OK');
  });
  for (const lifecycle of ['enforce', 'warn'] as const) {
    it(`where it is published: FAILED_PRECONDITION, lifecycle: ${lifecycle}`, () => {
      const verdict = decideUnstage({ ...request, path: '/b' }, living, { ...RULES, lifecycle });
      expect(verdict.answer).to.equal('FAILED_PRECONDITION');
      expect(verdict)
        .to.have.property('message')
        .that.matches(/published at \/b, not staged/);
    });
  }
  it('published: FAILED_PRECONDITION that names the targets', () => {
    const verdict = decideUnstage(request, living, RULES);
    expect(verdict.answer).to.equal('FAILED_PRECONDITION');
    expect(verdict).to.have.property('message').that.includes('/a, /b');
  });
  it('published at many targets: names the first few and tells how many more', () => {
    const many = ['a', 'b', 'c', 'd', 'e', 'f', 'g'].map((name) =>
      publication(`/${name}`, publishArguments(mountCapability(MODE))),
    );
    const verdict = decideUnstage(
      { volumeId: 'vol-1', path: '/staging' },
      { staging: staged, publications: many },
      RULES,
    );
    expect(verdict).to.have.property('message').that.includes('/a, /b, /c, /d, /e and 2 more:');
  });
  it('published, lifecycle: warn: OK with a warning', () => {
    const verdict = decideUnstage(request, living, { ...RULES, lifecycle: 'warn' });
    expect(verdict).to.have.property('warnings').with.lengthOf(1);
  });
});
