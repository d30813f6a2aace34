import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { FileSystemFormat, Format } from '../model/format.js';
import { contentPath, emptyDirectory, emptyImage, type Fill } from './content.js';

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

async function makeFileSystem(format: FileSystemFormat, image: string): Promise<void> {
  await promisify(execFile)(`mkfs.${format}`, ['-q', image]);
}
