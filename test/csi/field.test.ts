import { expect } from 'chai';
import {
  absolutePath,
  byteCount,
  identifier,
  map,
  name,
  optionalAbsolutePath,
  optionalIdentifier,
} from '../../src/csi/field.js';
import { refuses } from '../services/status.js';

/** A value as it came, and what it is taken for: itself, another value, or a refusal. */
type Case<Value> = readonly [title: string, value: Value, expected: unknown];

function check<Value>(
  field: string,
  parse: (value: Value, field: string) => unknown,
  cases: readonly Case<Value>[],
): void {
  for (const [title, value, expected] of cases) {
    it(`${title}: ${expected instanceof RegExp ? 'INVALID_ARGUMENT that names the field' : 'OK'}`, () => {
      if (!(expected instanceof RegExp)) {
        expect(parse(value, field)).to.equal(expected);
        return;
      }
      refuses(() => parse(value, field), 'INVALID_ARGUMENT', expected);
      refuses(() => parse(value, field), 'INVALID_ARGUMENT', new RegExp(`^${field} `));
    });
  }
}

const range = (first: number, last: number): number[] =>
  Array.from({ length: last - first + 1 }, (_, index) => first + index);
const hex = (code: number): string => code.toString(16).padStart(4, '0').toUpperCase();
/** The characters that the spec bans from names. */
const BANNED = [range(0x00, 0x08), 0x0b, 0x0c, range(0x0e, 0x1f), range(0x7f, 0x9f)].flat();

const long = (bytes: number): string => 'x'.repeat(bytes);

describe('fields of requests', () => {
  describe('identifier', () => {
    check('volume_id', identifier, [
      ['any text', 'vol-1/../ä €', 'vol-1/../ä €'],
      ['__proto__', '__proto__', '__proto__'],
      ['empty', '', /is required/],
      ['128 bytes', long(128), long(128)],
      ['129 bytes', long(129), /must not exceed 128 bytes/],
      ['43 characters of 3 bytes', '€'.repeat(43), /must not exceed 128 bytes/],
      ['NUL', 'a\0b', /NUL/],
    ]);
  });

  describe('identifier with a limit of its own', () => {
    check('node_id', (value: string, field) => identifier(value, field, 256), [
      ['256 bytes', long(256), long(256)],
      ['257 bytes', long(257), /must not exceed 256 bytes/],
    ]);
  });

  describe('optionalIdentifier', () => {
    check('fs_type', optionalIdentifier, [
      ['empty', '', ''],
      ['a text', 'ext4', 'ext4'],
      ['129 bytes', long(129), /must not exceed 128 bytes/],
      ['NUL', '\0', /NUL/],
    ]);
  });

  describe('name', () => {
    check('name', name, [
      ['a name', 'pvc-1', 'pvc-1'],
      ['Unicode', 'ボリューム 😀 é', 'ボリューム 😀 é'],
      ['what a path could be made of', '../../etc/passwd', '../../etc/passwd'],
      ['two dots', '..', '..'],
      ['an object has it', '__proto__', '__proto__'],
      ['white space', ' \t\n\r ', ' \t\n\r '],
      ['no-break space, the first after the banned ones', '\u00a0', '\u00a0'],
      ['empty', '', /is required/],
      ['128 bytes', long(128), long(128)],
      ['129 bytes', long(129), /must not exceed 128 bytes/],
      ...BANNED.map((code): Case<string> => [
        `U+${hex(code)}`,
        `pvc${String.fromCodePoint(code)}1`,
        code === 0 ? /NUL/ : /control characters/,
      ]),
    ]);
  });

  describe('absolutePath', () => {
    check('target_path', absolutePath, [
      ['a path', '/var/lib/kubelet/pods/x/mount', '/var/lib/kubelet/pods/x/mount'],
      ['slashes at the end', '/a/b//', '/a/b'],
      ['slashes in the middle', '//a///b', '/a/b'],
      ['dots that lead nowhere', '/./a/./b/.', '/a/b'],
      ['names with dots', '/a/..b/c..', '/a/..b/c..'],
      ['white space and Unicode', '/a b/ü', '/a b/ü'],
      ['empty', '', /is required/],
      ['relative', 'a/b', /must be an absolute path/],
      ['..', '/a/../b', /must not contain "\.\."/],
      ['.. at the end', '/a/..', /must not contain "\.\."/],
      ['the root', '/', /must not be the root directory/],
      ['the root in other words', '//./', /must not be the root directory/],
      ['4095 bytes', `/${long(4094)}`, `/${long(4094)}`],
      ['4096 bytes', `/${long(4095)}`, /must not exceed 4095 bytes/],
      ['NUL', '/a\0/b', /NUL/],
    ]);
  });

  describe('optionalAbsolutePath', () => {
    check('staging_target_path', optionalAbsolutePath, [
      ['empty', '', ''],
      ['a path', '/a/', '/a'],
      ['relative', 'a', /must be an absolute path/],
    ]);
  });

  describe('byteCount', () => {
    check('capacity_range.limit_bytes', byteCount, [
      ['0', '0', 0n],
      ['the largest', '9223372036854775807', 2n ** 63n - 1n],
      ['-1', '-1', /must not be negative/],
      ['the smallest', '-9223372036854775808', /must not be negative/],
    ]);
  });

  describe('map', () => {
    const small = { key: 'value' };
    const full = { key: long(64 * 1024 - 3) };
    check('volume_context', map, [
      ['a map', small, small],
      ['64 KiB, keys included', full, full],
    ]);
    it('one byte more: INVALID_ARGUMENT that quotes nothing of it', () => {
      const words = /^secrets must not exceed 65536 bytes in all$/;
      refuses(() => map({ ...full, a: '' }, 'secrets'), 'INVALID_ARGUMENT', words);
    });
  });
});
