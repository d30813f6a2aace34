import type { StringMap } from './equality.js';

/** Segments by topology key, for example `{ "topology.mock.csi.test/node": "node-1" }`. */
export type Topology = StringMap;
