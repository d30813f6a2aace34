import { statSync } from 'node:fs';
import type { DataFinding } from '../model/volume-condition.js';
import type { Content } from './content.js';
import { errorCode } from './errno.js';

/** Looks at a volume's data, with a system call or two. */
export function findData(content: () => Content | undefined): DataFinding {
  try {
    const there = content();
    if (there === undefined) return { found: 'nothing' };
    if (there.kind === 'directory') return { found: 'directory' };
    return { found: 'image', bytes: statSync(there.path, { bigint: true }).size };
  } catch (error) {
    const code = errorCode(error);
    if (code === undefined) throw error;
    // It went in between.
    if (code === 'ENOENT') return { found: 'nothing' };
    return { found: 'unreadable', code };
  }
}
