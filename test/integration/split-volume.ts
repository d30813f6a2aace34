import type { ControllerPublishVolumeRequest } from '../../src/csi/generated/csi/v1/ControllerPublishVolumeRequest.js';
import type { NodePublishVolumeRequest } from '../../src/csi/generated/csi/v1/NodePublishVolumeRequest.js';
import type { NodeStageVolumeRequest } from '../../src/csi/generated/csi/v1/NodeStageVolumeRequest.js';
import type { AccessMode } from '../../src/model/access-mode.js';
import type { Format } from '../../src/model/format.js';
import { newVolume } from './new-volume.js';
import type { SplitShape } from './split-shape.js';
import { capabilityOf, creationOf } from './test-volume.js';

/** A volume that several nodes may have. */
export interface SplitVolume {
  readonly id: string;
  on(nodeId: string): VolumeOnNode;
  remove(): Promise<unknown>;
}

/** What a CO does with a volume on one node; `changed` arguments differ from the usual ones. */
export interface VolumeOnNode {
  readonly stagingPath: string;
  /** What the volume was attached with; empty before. */
  readonly publishContext: Record<string, string>;
  target(name: string): string;
  attach(changed?: ControllerPublishVolumeRequest): Promise<unknown>;
  stage(changed?: NodeStageVolumeRequest): Promise<unknown>;
  publish(name: string, changed?: NodePublishVolumeRequest): Promise<unknown>;
  unpublish(name: string): Promise<unknown>;
  unstage(): Promise<unknown>;
  detach(): Promise<unknown>;
  /** Attaches, stages and publishes at a target, whose path it resolves with. */
  use(name: string): Promise<string>;
}

export async function splitVolume(
  shape: SplitShape,
  mode: AccessMode,
  format: Format = 'directory',
): Promise<SplitVolume> {
  const volume_capability = capabilityOf(format, mode);
  const { volume_id } = await newVolume(shape.client, creationOf(format, [mode]));
  const nodes = new Map<string, VolumeOnNode>();
  return {
    id: volume_id,
    on(nodeId) {
      const known = nodes.get(nodeId) ?? onNode(shape, { volume_id, volume_capability }, nodeId);
      nodes.set(nodeId, known);
      return known;
    },
    remove: () => shape.controller.DeleteVolume({ volume_id }),
  };
}

function onNode(
  shape: SplitShape,
  volume: Required<Pick<NodeStageVolumeRequest, 'volume_id' | 'volume_capability'>>,
  nodeId: string,
): VolumeOnNode {
  const { volume_id } = volume;
  const staging_target_path = shape.scratch.make(nodeId, volume_id, 'staging');
  shape.scratch.make(nodeId, volume_id, 'targets');
  let publish_context: Record<string, string> = {};

  const here: VolumeOnNode = {
    stagingPath: staging_target_path,
    get publishContext() {
      return publish_context;
    },
    target: (name) => shape.scratch.path(nodeId, volume_id, 'targets', name),
    async attach(changed = {}) {
      const request = { ...volume, node_id: nodeId, ...changed };
      ({ publish_context } = await shape.controller.ControllerPublishVolume(request));
    },
    stage: (changed = {}) =>
      shape
        .node(nodeId)
        .NodeStageVolume({ ...volume, staging_target_path, publish_context, ...changed }),
    publish: (name, changed = {}) =>
      shape.node(nodeId).NodePublishVolume({
        ...volume,
        staging_target_path,
        target_path: here.target(name),
        publish_context,
        ...changed,
      }),
    unpublish: (name) =>
      shape.node(nodeId).NodeUnpublishVolume({ volume_id, target_path: here.target(name) }),
    unstage: () => shape.node(nodeId).NodeUnstageVolume({ volume_id, staging_target_path }),
    detach: () => shape.controller.ControllerUnpublishVolume({ volume_id, node_id: nodeId }),
    async use(name) {
      if (shape.options.attach) await here.attach();
      await here.stage();
      await here.publish(name);
      return here.target(name);
    },
  };
  return here;
}
