import type { Attachment } from '../../src/model/attachment.js';
import type { VolumeCapability } from '../../src/model/capability.js';
import type { NodeVolume } from '../../src/model/node-volume.js';
import type { Snapshot } from '../../src/model/snapshot.js';
import type { Volume } from '../../src/model/volume.js';

const capability: VolumeCapability = {
  accessMode: 'SINGLE_NODE_SINGLE_WRITER',
  accessType: { kind: 'mount', fsType: 'ext4', mountFlags: ['noatime'], volumeMountGroup: '1000' },
};

export function volume(id: string, fields: Partial<Volume> = {}): Volume {
  return {
    id,
    name: `pvc of ${id}`,
    capacityBytes: 1024n,
    capabilities: [capability],
    parameters: {},
    kind: '',
    accessibleTopology: [],
    format: 'directory',
    source: null,
    ...fields,
  };
}

export function snapshot(id: string, fields: Partial<Snapshot> = {}): Snapshot {
  return {
    id,
    name: `snapshot ${id}`,
    sourceVolumeId: 'vol-1',
    sizeBytes: 1024n,
    createdAt: 1_790_000_000_123,
    format: 'directory',
    accessibleTopology: [],
    ...fields,
  };
}

/** The id of one of many volumes; they sort like their numbers. */
export function numbered(number: number): string {
  return `volume-${String(number).padStart(4, '0')}`;
}

export function attachment(
  volumeId: string,
  nodeId: string,
  fields: Partial<Attachment> = {},
): Attachment {
  return { volumeId, nodeId, capability, readonly: false, ...fields };
}

/** A volume staged and published once on a node. */
export function nodeVolume(
  nodeId: string,
  volumeId: string,
  fields: Partial<NodeVolume> = {},
): NodeVolume {
  const path = `/var/lib/kubelet/staging of ${volumeId}`;
  return {
    nodeId,
    volumeId,
    bootId: 'boot-1',
    staging: { path, capability, readonly: true },
    publications: [
      {
        targetPath: `/var/lib/kubelet/pods/${volumeId}/mount`,
        arguments: {
          capability,
          readonly: true,
          stagingTargetPath: path,
          publishContext: { device: 'a' },
          volumeContext: { share: 'b' },
        },
      },
    ],
    ...fields,
  };
}

/** `{ "__proto__": value }` as it arrives from the wire: a key like any other. */
export function protoKey(value: string): Readonly<Record<string, string>> {
  return Object.fromEntries([['__proto__', value]]);
}
