import type { NodeInfo } from '../../model/node-info.js';

/** The nodes that a controller can publish volumes at. */
export interface Nodes {
  find(nodeId: string): NodeInfo | undefined;
}
