import { randomUUID } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Client } from '../../src/csi/client.js';
import type { NodePublishVolumeRequest } from '../../src/csi/generated/csi/v1/NodePublishVolumeRequest.js';
import type { AccessMode } from '../../src/model/access-mode.js';
import type { Scratch } from '../host/scratch.js';
import { mountCapability } from './test-volume.js';

/** An inline volume of a test, with the arguments that the kubelet would give for it. */
export interface InlineVolume {
  readonly id: string;
  target(name: string): string;
  /** The calls, with the usual arguments but for those that `changed` names. */
  publish(name: string, changed?: NodePublishVolumeRequest): Promise<unknown>;
  unpublish(name: string): Promise<unknown>;
  stats(name: string): ReturnType<Client['node']['NodeGetVolumeStats']>;
}

/** The volume context that the kubelet sends for an inline volume with these attributes. */
export function inlineContext(attributes: Record<string, string> = {}): Record<string, string> {
  return {
    'csi.storage.k8s.io/ephemeral': 'true',
    'csi.storage.k8s.io/pod.name': 'pod-1',
    'csi.storage.k8s.io/pod.uid': randomUUID(),
    ...attributes,
  };
}

export function inlineVolume(
  scratch: Scratch,
  node: () => Client['node'],
  mode: AccessMode = 'SINGLE_NODE_SINGLE_WRITER',
  id = `csi-${randomUUID()}`,
): InlineVolume {
  const directory = randomUUID();
  scratch.make(directory);
  const target = (name: string) => scratch.path(directory, name);
  return {
    id,
    target,
    publish: (name, changed = {}) =>
      node().NodePublishVolume({
        volume_id: id,
        target_path: target(name),
        volume_capability: mountCapability(mode),
        volume_context: inlineContext(),
        ...changed,
      }),
    unpublish: (name) => node().NodeUnpublishVolume({ volume_id: id, target_path: target(name) }),
    stats: (name) => node().NodeGetVolumeStats({ volume_id: id, volume_path: target(name) }),
  };
}

/** What a node keeps of its inline volumes, by directory; without the names of past ones. */
export function inlineTraces(stateDir: string, nodeId = 'node-1'): string[] {
  return ['volumes', 'incoming', 'trash'].flatMap((name) =>
    readdirSync(join(stateDir, 'inline', nodeId, name)).map((id) => `${name}/${id}`),
  );
}
