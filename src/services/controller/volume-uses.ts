import type { UseMarks } from '../../host/use-marks.js';
import { enumerate } from '../../model/enumeration.js';
import { recordedPaths, type NodeRecords } from '../node/records.js';

/** Where a node has a volume: staged, published or both. */
export interface VolumeUse {
  readonly nodeId: string;
  /** The paths, as far as they are known here. */
  readonly paths: readonly string[];
}

/** What the nodes do with a volume, as far as this process can see it. */
export interface VolumeUses {
  of(volumeId: string): readonly VolumeUse[];
}

/** For messages: `node-1 at /a, /b`. */
export function describeUse({ nodeId, paths }: VolumeUse): string {
  return paths.length === 0 ? nodeId : `${nodeId} at ${enumerate(paths)}`;
}

/** The uses that are marked in a pool that several nodes share. */
export function markedUses(marks: UseMarks): VolumeUses {
  return {
    of: (volumeId) => marks.nodesOf(volumeId).map((nodeId) => ({ nodeId, paths: [] })),
  };
}

/** The uses that this process has records of itself. */
export function recordedUses(nodeId: string, records: NodeRecords): VolumeUses {
  return {
    of(volumeId) {
      const paths = recordedPaths(records.read(volumeId));
      return paths.length === 0 ? [] : [{ nodeId, paths }];
    },
  };
}
