import { randomUUID } from 'node:crypto';
import type { CreateVolumeRequest } from '../../src/csi/generated/csi/v1/CreateVolumeRequest.js';
import type { ControllerPublishVolumeRequest } from '../../src/csi/generated/csi/v1/ControllerPublishVolumeRequest.js';
import type { NodePublishVolumeRequest } from '../../src/csi/generated/csi/v1/NodePublishVolumeRequest.js';
import type { NodeStageVolumeRequest } from '../../src/csi/generated/csi/v1/NodeStageVolumeRequest.js';
import type { VolumeCapability } from '../../src/csi/generated/csi/v1/VolumeCapability.js';
import type { AccessMode } from '../../src/model/access-mode.js';
import type { Format } from '../../src/model/format.js';
import type { DriverUnderTest } from './driver-under-test.js';

/** A volume of a test, with the arguments that a CO would give for it. */
export interface TestVolume {
  readonly id: string;
  readonly format: Format;
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

/** What is needed of a driver to make volumes with. */
type UsedDriver = Pick<DriverUnderTest, 'client' | 'scratch' | 'nodeId'>;

/** The capability with which a volume of the format is used. */
export function capabilityOf(format: Format, mode: AccessMode): VolumeCapability {
  switch (format) {
    case 'directory':
      return mountCapability(mode);
    case 'raw':
      return { access_mode: { mode }, block: {} };
    case 'ext4':
    case 'xfs':
      return mountCapability(mode, { fs_type: format });
  }
}

/** What a CreateVolume for a volume of the format asks for, beside its name. */
export function creationOf(
  format: Format,
  modes: readonly AccessMode[],
): Pick<CreateVolumeRequest, 'volume_capabilities' | 'parameters' | 'capacity_range'> {
  return {
    volume_capabilities: modes.map((mode) => capabilityOf(format, mode)),
    ...(format === 'ext4' || format === 'xfs' ? { parameters: { enforceSize: 'true' } } : {}),
    ...(format === 'directory' ? {} : { capacity_range: { required_bytes: IMAGE_BYTES[format] } }),
  };
}

/** The sizes of the images of tests: small ones, of which mkfs.xfs refuses less than 300 MiB. */
export const IMAGE_BYTES = { raw: 2 ** 20, ext4: 32 * 2 ** 20, xfs: 300 * 2 ** 20 } as const;

/** Creates a volume that supports the modes in `createdWith`, to be used with `mode`. */
export function createdVolume(
  driver: UsedDriver,
  mode: AccessMode,
  ...createdWith: readonly AccessMode[]
): Promise<TestVolume> {
  return createdVolumeOf('directory', driver, mode, ...createdWith);
}

/** The same for a volume of another format. */
export async function createdVolumeOf(
  format: Format,
  driver: UsedDriver,
  mode: AccessMode,
  ...createdWith: readonly AccessMode[]
): Promise<TestVolume> {
  const name = randomUUID();
  const capability = capabilityOf(format, mode);
  const modes = createdWith.length === 0 ? [mode] : createdWith;
  const { volume } = await driver.client.controller.CreateVolume({
    name,
    ...creationOf(format, modes),
  });
  const id = volume?.volume_id ?? '';
  const stagingPath = driver.scratch.make(name, 'staging');
  driver.scratch.make(name, 'targets');
  const target = (each: string) => driver.scratch.path(name, 'targets', each);
  let publishContext: Record<string, string> = {};

  return {
    id,
    format,
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
export function stagedVolume(
  driver: UsedDriver,
  mode: AccessMode,
  ...createdWith: readonly AccessMode[]
): Promise<TestVolume> {
  return stagedVolumeOf('directory', driver, mode, ...createdWith);
}

/** The same for a volume of another format. */
export async function stagedVolumeOf(
  format: Format,
  driver: UsedDriver,
  mode: AccessMode,
  ...createdWith: readonly AccessMode[]
): Promise<TestVolume> {
  const volume = await createdVolumeOf(format, driver, mode, ...createdWith);
  await volume.attach();
  await volume.stage();
  return volume;
}
