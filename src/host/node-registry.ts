import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { replaceFile, type Sync } from './durable-file.js';
import { errorCode } from './errno.js';

/** What a node says of itself in a shared pool. */
export interface RegisteredNode {
  readonly nodeId: string;
  readonly maxVolumes: number;
  readonly topology: Readonly<Record<string, string>> | null;
}

/**
 * The nodes that share a pool, a file each under nodes/: node plugins register themselves, the
 * controller looks them up.
 */
export interface NodeRegistry {
  register(node: RegisteredNode): Promise<void>;
  find(nodeId: string): RegisteredNode | undefined;
}

export function nodeRegistry(poolDirectory: string, sync: Sync): NodeRegistry {
  const directory = join(poolDirectory, 'nodes');
  mkdirSync(directory, { recursive: true, mode: 0o755 });
  // Node ids come from the wire: a digest is a safe name for any of them.
  const path = (nodeId: string) =>
    join(directory, `${createHash('sha256').update(nodeId).digest('hex').slice(0, 32)}.json`);

  return {
    async register(node) {
      const spare = `${path(node.nodeId)}.new`;
      await rm(spare, { force: true });
      await replaceFile(path(node.nodeId), spare, `${JSON.stringify(node)}\n`, sync);
    },

    find(nodeId) {
      try {
        const node = JSON.parse(readFileSync(path(nodeId), 'utf8')) as RegisteredNode;
        return node.nodeId === nodeId ? node : undefined;
      } catch (error) {
        if (errorCode(error) === 'ENOENT') return undefined;
        throw error;
      }
    },
  };
}
