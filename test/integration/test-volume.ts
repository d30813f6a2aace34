import { randomUUID } from 'node:crypto';
import type { NodePublishVolumeRequest } from '../../src/csi/generated/csi/v1/NodePublishVolumeRequest.js';
import type { VolumeCapability } from '../../src/csi/generated/csi/v1/VolumeCapability.js';
import type { AccessMode } from '../../src/model/access-mode.js';
import type { DriverUnderTest } from './driver-under-test.js';

/** A volume of a test, with the arguments that a CO would give for it. */
export interface TestVolume {
  readonly id: string;
  readonly capability: VolumeCapability;
  readonly stagingPath: string;
  readonly publishContext: Record<string, string>;
  /** An absolute target path of its own, whose parent exists. */
  target(name: string): string;
  /** Publishes at a target; `changed` arguments differ from the usual ones. */
  publish(name: string, changed?: NodePublishVolumeRequest): Promise<unknown>;
  unpublish(name: string): Promise<unknown>;
  unstage(): Promise<unknown>;
  detach(nodeId?: string): Promise<unknown>;
  remove(): Promise<unknown>;
}

export function mountCapability(
  mode: AccessMode,
  mount: VolumeCapability['mount'] = {},
): VolumeCapability {
  return { access_mode: { mode }, mount };
}

/** Creates a volume that supports `createdWith`, and controller-publishes and stages it for `mode`. */
export async function stagedVolume(
  driver: DriverUnderTest,
  mode: AccessMode,
  createdWith: AccessMode = mode,
): Promise<TestVolume> {
  const { controller, node } = driver.client;
  const name = randomUUID();
  const capability = mountCapability(mode);
  const { volume } = await controller.CreateVolume({
    name,
    volume_capabilities: [mountCapability(createdWith)],
  });
  const id = volume?.volume_id ?? '';
  const attached = await controller.ControllerPublishVolume({
    volume_id: id,
    node_id: driver.nodeId,
    volume_capability: capability,
  });
  const stagingPath = driver.scratch.make(name, 'staging');
  await node.NodeStageVolume({
    volume_id: id,
    staging_target_path: stagingPath,
    volume_capability: capability,
    publish_context: attached.publish_context,
  });
  driver.scratch.make(name, 'targets');
  const target = (each: string) => driver.scratch.path(name, 'targets', each);

  return {
    id,
    capability,
    stagingPath,
    publishContext: attached.publish_context,
    target,
    publish: (each, changed = {}) =>
      node.NodePublishVolume({
        volume_id: id,
        target_path: target(each),
        staging_target_path: stagingPath,
        volume_capability: capability,
        publish_context: attached.publish_context,
        ...changed,
      }),
    unpublish: (each) => node.NodeUnpublishVolume({ volume_id: id, target_path: target(each) }),
    unstage: () => node.NodeUnstageVolume({ volume_id: id, staging_target_path: stagingPath }),
    detach: (nodeId = driver.nodeId) =>
      controller.ControllerUnpublishVolume({ volume_id: id, node_id: nodeId }),
    remove: () => controller.DeleteVolume({ volume_id: id }),
  };
}
