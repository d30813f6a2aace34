import type { Topology } from './topology.js';

/** A node as its plugin tells of it (spec: "NodeGetInfo"). */
export interface NodeInfo {
  readonly nodeId: string;
  /** The limit of attached volumes; 0: none. */
  readonly maxVolumes: number;
  /** Null without topology. */
  readonly topology: Topology | null;
}
