import type { Format } from '../model/format.js';
import { contentPath, emptyDirectory, emptyImage, type Fill } from './content.js';
import { makeFileSystem } from './file-system.js';

/** The content that a volume of a format begins with. */
export function emptyContent(format: Format, bytes: bigint): Fill {
  switch (format) {
    case 'directory':
      return emptyDirectory;
    case 'raw':
      return emptyImage(bytes);
    case 'ext4':
    case 'xfs':
      return async (root) => {
        const unflushed = await emptyImage(bytes)(root);
        await makeFileSystem(format, contentPath(root, 'image'));
        return unflushed;
      };
  }
}
