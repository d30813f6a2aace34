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
  return paths.length === 0 ? nodeId : `${nodeId} at ${paths.join(', ')}`;
}
