import { randomUUID } from 'node:crypto';
import type { ControllerPublishVolumeRequest } from '../../src/csi/generated/csi/v1/ControllerPublishVolumeRequest.js';
import type { NodePublishVolumeRequest } from '../../src/csi/generated/csi/v1/NodePublishVolumeRequest.js';
import type { NodeStageVolumeRequest } from '../../src/csi/generated/csi/v1/NodeStageVolumeRequest.js';
import type { VolumeCapability } from '../../src/csi/generated/csi/v1/VolumeCapability.js';
import type { AccessMode } from '../../src/model/access-mode.js';
import type { DriverUnderTest } from './driver-under-test.js';

/** A volume of a test, with the arguments that a CO would give for it. */
export interface TestVolume {
  readonly id: string;
  readonly capability: VolumeCapability;
  /** A directory, as the CO makes it. */
  readonly stagingPath: string;
  /** What the volume was attached with; empty before. */
  readonly publishContext: Record<string, string>;
  /** An absolute target path of its own, whose parent exists. */
  target(name: string): string;
  /** The calls, with the usual arguments but for those that `changed` names. */
  attach(changed?: ControllerPublishVolumeRequest): Promise<unknown>;
  stage(changed?: NodeStageVolumeRequest): Promise<unknown>;
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

/** Creates a volume that supports the modes in `createdWith`, to be used with `mode`. */
export async function createdVolume(
  driver: DriverUnderTest,
  mode: AccessMode,
  ...createdWith: readonly AccessMode[]
): Promise<TestVolume> {
  const name = randomUUID();
  const capability = mountCapability(mode);
  const modes = createdWith.length === 0 ? [mode] : createdWith;
  const { volume } = await driver.client.controller.CreateVolume({
    name,
    volume_capabilities: modes.map((each) => mountCapability(each)),
  });
  const id = volume?.volume_id ?? '';
  const stagingPath = driver.scratch.make(name, 'staging');
  driver.scratch.make(name, 'targets');
  const target = (each: string) => driver.scratch.path(name, 'targets', each);
  let publishContext: Record<string, string> = {};

  return {
    id,
    capability,
    stagingPath,
    get publishContext() {
      return publishContext;
    },
    target,
    async attach(changed = {}) {
      const answer = await driver.client.controller.ControllerPublishVolume({
        volume_id: id,
        node_id: driver.nodeId,
        volume_capability: capability,
        ...changed,
      });
      publishContext = answer.publish_context;
    },
    stage: (changed = {}) =>
      driver.client.node.NodeStageVolume({
        volume_id: id,
        staging_target_path: stagingPath,
        volume_capability: capability,
        publish_context: publishContext,
        ...changed,
      }),
    publish: (each, changed = {}) =>
      driver.client.node.NodePublishVolume({
        volume_id: id,
        target_path: target(each),
        staging_target_path: stagingPath,
        volume_capability: capability,
        publish_context: publishContext,
        ...changed,
      }),
    unpublish: (each) =>
      driver.client.node.NodeUnpublishVolume({ volume_id: id, target_path: target(each) }),
    unstage: () =>
      driver.client.node.NodeUnstageVolume({ volume_id: id, staging_target_path: stagingPath }),
    detach: (nodeId = driver.nodeId) =>
      driver.client.controller.ControllerUnpublishVolume({ volume_id: id, node_id: nodeId }),
    remove: () => driver.client.controller.DeleteVolume({ volume_id: id }),
  };
}

/** Creates a volume that supports `createdWith`, and controller-publishes and stages it for `mode`. */
export async function stagedVolume(
  driver: DriverUnderTest,
  mode: AccessMode,
  ...createdWith: readonly AccessMode[]
): Promise<TestVolume> {
  const volume = await createdVolume(driver, mode, ...createdWith);
  await volume.attach();
  await volume.stage();
  return volume;
}
