import { mkdirSync, readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { isNodeId } from '../model/node-id.js';
import type { NodeInfo } from '../model/node-info.js';
import { readRecord, RecordError, writeRecord } from '../record/envelope.js';
import { count, nullable, object, text, textMap } from '../record/shape.js';
import type { Sync } from '../record/sync.js';
import { replaceFile } from './durable-file.js';
import { errorCode } from './errno.js';

const nodeInfoShape = object<NodeInfo>({
  nodeId: text,
  maxVolumes: count,
  topology: nullable(textMap),
});

/**
 * The nodes that share a pool, as files `nodes/<node-id>.json`: node plugins register themselves, the
 * controller looks them up.
 */
export interface NodeRegistry {
  register(node: NodeInfo): Promise<void>;
  find(nodeId: string): NodeInfo | undefined;
}

export function nodeRegistry(poolDirectory: string, sync: Sync): NodeRegistry {
  const directory = join(poolDirectory, 'nodes');
  mkdirSync(directory, { recursive: true, mode: 0o755 });
  const path = (nodeId: string) => join(directory, `${nodeId}.json`);

  return {
    async register(node) {
      const spare = `${path(node.nodeId)}.new`;
      await rm(spare, { force: true });
      const record = `${writeRecord(nodeInfoShape, node)}\n`;
      // A controller that may not mount need not be root, as nodes are.
      await replaceFile(path(node.nodeId), spare, record, sync, 0o644);
    },

    find(nodeId) {
      // Ids come from the wire: what could climb out of the directory is no node of ours.
      if (!isNodeId(nodeId)) return undefined;
      try {
        return readRecord(nodeInfoShape, path(nodeId), readFileSync(path(nodeId), 'utf8'));
      } catch (error) {
        if (errorCode(error) === 'ENOENT') return undefined;
        if (error instanceof RecordError) throw error;
        throw new RecordError('unreadable', `${path(nodeId)} cannot be read: ${errorCode(error)}`);
      }
    },
  };
}
