import { lstatSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { ACL_ATTRIBUTE, attributeOf } from './extended-attributes.js';

/** All that is to be kept of each file below a directory, and of the directory itself, as `.`. */
export function treeOf(root: string): Record<string, object> {
  const names = ['.', ...namesBelow(root)].toSorted();
  const links = new Map<bigint, string>();
  return Object.fromEntries(
    names.map((name) => {
      const path = join(root, name);
      const stats = lstatSync(path, { bigint: true });
      const { mode, uid, gid, mtimeNs, ino, nlink } = stats;
      const first = links.get(ino) ?? name;
      links.set(ino, first);
      return [
        name,
        {
          mode: mode.toString(8),
          owner: `${uid}:${gid}`,
          mtimeNs,
          sameFileAs: nlink > 1n && !stats.isDirectory() ? first : undefined,
          device: stats.isCharacterDevice() || stats.isBlockDevice() ? stats.rdev : undefined,
          linkTo: stats.isSymbolicLink() ? readlinkSync(path) : undefined,
          content: stats.isFile() ? readFileSync(path, 'latin1') : undefined,
          attribute: stats.isSymbolicLink() ? undefined : attributeOf(path, 'user.mock'),
          acl: stats.isSymbolicLink() ? undefined : attributeOf(path, ACL_ATTRIBUTE),
        },
      ];
    }),
  );
}

/** Node.js's own recursion follows symlinks. */
function namesBelow(root: string, directory = ''): string[] {
  return readdirSync(join(root, directory), { withFileTypes: true }).flatMap((entry) => {
    const name = join(directory, entry.name);
    return entry.isDirectory() ? [name, ...namesBelow(root, name)] : [name];
  });
}
