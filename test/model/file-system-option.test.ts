import { expect } from 'chai';
import {
  fileSystemOptions,
  isFileSystemOption,
  unsupportedOption,
  type FileSystemOption,
} from '../../src/model/file-system-option.js';
import type { Format } from '../../src/model/format.js';
import { mountAttributes, takesBack, unknownMountFlag } from '../../src/model/mount-flags.js';

const LABEL = 'system_u:object_r:container_file_t:s0:c10,c15';

const KNOWN: readonly (readonly [flag: string, FileSystemOption])[] = [
  [`context=${LABEL}`, { name: 'context', value: LABEL }],
  // As the kubelet writes it.
  [`context="${LABEL}"`, { name: 'context', value: LABEL }],
  ['fscontext=u:r:t', { name: 'fscontext', value: 'u:r:t' }],
  [
    'defcontext=u:object_r:t:s0-s0:c0.c1023',
    { name: 'defcontext', value: 'u:object_r:t:s0-s0:c0.c1023' },
  ],
  ['rootcontext=u:r:t:s0', { name: 'rootcontext', value: 'u:r:t:s0' }],
  ['discard', { name: 'discard', value: undefined }],
  ['nodiscard', { name: 'nodiscard', value: undefined }],
];

const UNKNOWN = [
  '',
  'context',
  'context=',
  'context=""',
  'context=u:r',
  'context=u:r:t:',
  'context="u:r:t',
  `context='u:r:t'`,
  'context=u:r:t password=x',
  'context=u:r:t\0',
  'rootcontext=@target',
  'seclabel',
  'Context=u:r:t',
  'discard=',
  'uid=0',
  '__proto__=u:r:t',
];

describe('an option of a file system', () => {
  for (const [flag, option] of KNOWN) {
    it(`${flag} is known, and no attribute of a mount`, () => {
      expect(fileSystemOptions(['ro', flag])).to.deep.equal([option]);
      expect(unknownMountFlag([flag])).to.equal(undefined);
      expect(mountAttributes([flag], false)).to.deep.equal([]);
      expect(takesBack([flag], ['exec'])).to.equal(false);
    });
  }

  for (const flag of UNKNOWN) {
    it(`${JSON.stringify(flag)} is none`, () => {
      expect(isFileSystemOption(flag)).to.equal(false);
      expect(fileSystemOptions([flag])).to.deep.equal([]);
    });
  }

  it('keeps its place among others', () => {
    const flags = ['discard', 'noexec', 'context=u:r:t', 'nodiscard'];
    expect(fileSystemOptions(flags).map(({ name }) => name)).to.deep.equal([
      'discard',
      'context',
      'nodiscard',
    ]);
  });
});

describe('unsupportedOption', () => {
  const NO_FILE_SYSTEM = /^volume v is a directory without a file system of its own/;
  const STAGED_OTHERWISE = /^volume v is staged with other mount_flags/;
  const CASES: readonly (readonly [
    format: Format,
    flags: string[],
    selinux: boolean,
    staged: string[] | undefined,
    words: RegExp | undefined,
  ])[] = [
    ['directory', ['ro', 'noexec'], true, undefined, undefined],
    ['directory', ['context=u:r:t'], false, undefined, undefined],
    ['directory', ['context=u:r:t'], false, [], undefined],
    ['directory', ['context=u:r:t'], true, undefined, NO_FILE_SYSTEM],
    ['directory', ['discard'], false, undefined, NO_FILE_SYSTEM],
    ['directory', ['nodiscard'], true, ['nodiscard'], NO_FILE_SYSTEM],
    ['ext4', ['context=u:r:t', 'discard'], true, undefined, undefined],
    ['xfs', ['context=u:r:t', 'ro'], true, ['discard', 'context="u:r:t"'], undefined],
    ['ext4', ['ro'], true, ['discard'], undefined],
    ['ext4', ['discard'], false, [], STAGED_OTHERWISE],
    ['xfs', ['context=u:r:t'], true, ['context=u:r:other'], STAGED_OTHERWISE],
    ['raw', [], true, undefined, undefined],
  ];
  for (const [format, flags, selinux, staged, words] of CASES) {
    const how = `${selinux ? 'with' : 'without'} SELinux, ${staged === undefined ? 'not staged' : `staged with "${staged.join()}"`}`;
    it(`"${flags.join()}" on ${format}, ${how}: ${words?.source ?? 'fine'}`, () => {
      const reason = unsupportedOption({ id: 'v', format }, flags, { selinux, staged });
      if (words === undefined) expect(reason).to.equal(undefined);
      else expect(reason).to.match(words).and.not.to.contain('u:r:t');
    });
  }
});
