import { createRequire } from 'node:module';
import type * as Koffi from 'koffi';

const koffi: typeof Koffi = createRequire(import.meta.url)('koffi');
const library = koffi.load(null);
const setxattr = library.func(
  'int lsetxattr(const char *, const char *, const void *, size_t, int)',
);
const getxattr = library.func('long lgetxattr(const char *, const char *, void *, size_t)');

/** False where the file system does not take it. */
export function setAttribute(path: string, name: string, value: Buffer): boolean {
  return setxattr(path, name, value, value.length, 0) === 0;
}

export function attributeOf(path: string, name: string): string | undefined {
  const buffer = Buffer.alloc(256);
  const length: unknown = getxattr(path, name, buffer, buffer.length);
  return typeof length === 'number' && length >= 0
    ? buffer.subarray(0, length).toString('hex')
    : undefined;
}

/** What setfacl(1) makes of `u::rw-,u:1000:r--,g::r--,m::r--,o::---`. */
export const ACL = Buffer.concat([
  Buffer.from([2, 0, 0, 0]),
  entry(0x01, 6, 0xffffffff),
  entry(0x02, 4, 1000),
  entry(0x04, 4, 0xffffffff),
  entry(0x10, 4, 0xffffffff),
  entry(0x20, 0, 0xffffffff),
]);

export const ACL_ATTRIBUTE = 'system.posix_acl_access';

function entry(tag: number, permissions: number, id: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeUInt16LE(tag, 0);
  bytes.writeUInt16LE(permissions, 2);
  bytes.writeUInt32LE(id, 4);
  return bytes;
}
