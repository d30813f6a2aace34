import type { Topology } from '../model/topology.js';

/** A node as its plugin tells of it (spec: "NodeGetInfo"). */
export interface NodeInfo {
  readonly nodeId: string;
  /** The limit of attached volumes; 0: none. */
  readonly maxVolumes: number;
  /** Null without topology. */
  readonly topology: Topology | null;
}

/** The nodes that a controller can publish volumes at. */
export interface Nodes {
  find(nodeId: string): NodeInfo | undefined;
}
