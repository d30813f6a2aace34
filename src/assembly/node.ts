import { createHash } from 'node:crypto';
import type { NodeHandlers } from '../csi/generated/csi/v1/Node.js';
import type { Handlers } from '../csi/handler.js';
import { bindMounter } from '../host/bind-mounter.js';
import { bootId } from '../host/boot.js';
import { directoryUsage } from '../host/directory-usage.js';
import { loopDevices } from '../host/loop-devices.js';
import { clearProbes } from '../host/mount-right.js';
import { inOwnNamespace } from '../host/own-namespace.js';
import { hasSelinux } from '../host/selinux.js';
import { poolData, type VolumeData } from '../host/volume-data.js';
import type { Log } from '../log.js';
import { attachedAt } from '../model/attachment.js';
import type { NodeInfo } from '../model/node-info.js';
import { enumerate } from '../model/enumeration.js';
import { attachedBy } from '../model/publish-context.js';
import { inlineVolumes } from '../services/node/inline-volumes.js';
import type { NodeDeps } from '../services/node/deps.js';
import {
  livingPart,
  mountPaths,
  nodeRecords,
  recordedPaths,
  type NodeRecords,
} from '../services/node/records.js';
import { restoreMounts } from '../services/node/restoring.js';
import { nodeService } from '../services/node/node.js';
import { volumeDevices, type VolumeDevices } from '../services/node/volume-devices.js';
import { volumeMounts, type VolumeMounts } from '../services/node/volume-mounts.js';
import { StateDirectoryError } from '../state-directory.js';
import type { Store } from '../store/store.js';
import { storeDirectory, type Foundation } from './foundation.js';
import {
  inlineDataOf,
  inlineNodeIds,
  marksOfPool,
  sweepInline,
  inlineDirectory,
} from './inline.js';

/** Counting the files of a volume is costly; COs ask for its usage about once a minute. */
const USAGE = { maxAgeMs: 10_000, timeLimitMs: 2_000 };

export interface AssembledNode {
  readonly service: Partial<Handlers<NodeHandlers>>;
  readonly records: NodeRecords;
  readonly deps: NodeDeps;
}

/**
 * Removes what a crash left in the state directory of a process that serves nodes. The store keeps others
 * out of the directory by now.
 */
export function clearStateDirectory({ options, log }: Foundation): void {
  try {
    clearProbes(options.stateDir);
  } catch (error) {
    log.warn({ err: error }, 'what a crash left in the state directory could not be removed');
  }
}

/** Brings the node's records and mounts in line and puts the Node service together. */
export async function assembleNode(foundation: Foundation, node: NodeInfo): Promise<AssembledNode> {
  const { options, log, store, pool, locks, holds, shared } = foundation;
  const capabilities = new Set(options.nodeCapabilities);
  const mounter = bindMounter({
    workDirectory: options.stateDir,
    privateDirectories: [storeDirectory(options), options.poolDir, inlineDirectory(options)],
  });
  const inlineData = inlineDataOf(options, node.nodeId);
  const loops = loopDevices(loopTag(store.id, node.nodeId));
  const viewOf = (inline: readonly VolumeData[]) => {
    const data = [poolData(pool), ...inline];
    const devices = volumeDevices(mounter, loops, data);
    return { devices, mounts: volumeMounts({ mounter, devices, data }) };
  };
  const { devices, mounts } = viewOf([inlineData]);
  const boot = bootId();
  const records = nodeRecords({
    nodeId: node.nodeId,
    bootId: boot,
    store,
    mounts,
    marks: shared && marksOfPool(shared.marks, inlineData),
  });
  const usage = directoryUsage(USAGE);
  const controllerVolume = (volumeId: string) =>
    shared === undefined ? store.volume(volumeId) : pool.volumes.descriptor(volumeId);
  const deps: NodeDeps = {
    node,
    capabilities,
    rules: {
      nodeId: node.nodeId,
      attach: options.attach,
      stage: capabilities.has('STAGE_UNSTAGE_VOLUME'),
      lifecycle: options.lifecycle,
      singleNodeMultiWriter: capabilities.has('SINGLE_NODE_MULTI_WRITER'),
      singleNodeWriterTargets: options.singleNodeWriterTargets,
    },
    locks,
    holds,
    records,
    mounts,
    devices,
    otherNodes: (volumeId) => otherNodes(foundation, node, volumeId, boot, mounts),
    content: (volumeId) => pool.volumes.content(volumeId) ?? inlineData.content(volumeId),
    abnormal: (volumeId) => foundation.simulations.abnormal(volumeId),
    async usage(volumeId) {
      const content = pool.volumes.content(volumeId) ?? inlineData.content(volumeId);
      return content === undefined ? { bytes: 0n, inodes: 0n } : usage.of(content.path);
    },
    expansion: growsHere(foundation) ? foundation.expansion : undefined,
    volume: controllerVolume,
    inline: inlineVolumes({
      enabled: options.inlineVolumes,
      data: inlineData,
      sizes: options,
      records,
      controllerVolume,
    }),
    selinux: hasSelinux(),
    attached: (volumeId, context) =>
      shared === undefined
        ? attachedAt(store.attachments(volumeId), node.nodeId)
        : attachedBy(context, node.nodeId),
  };

  const everyInlineData = inlineNodeIds(options).map((nodeId) => inlineDataOf(options, nodeId));
  refuseOtherNodes(store, options.nodeIds, boot, viewOf(everyInlineData).mounts);
  const recorded = store.nodeVolumes(node.nodeId);
  if (inOwnNamespace()) {
    const ofThisBoot = recorded.filter((record) => record.bootId === boot);
    await restoreMounts(deps, ofThisBoot, {
      warn: (message, details) => log.warn(details ?? {}, message),
    });
  }
  // Mounts end with a boot or a namespace, and nobody may ask for these volumes here again.
  for (const { volumeId } of recorded) await records.write(volumeId, records.read(volumeId));
  for (const volumeId of shared?.marks.volumesOf(node.nodeId) ?? []) {
    // Marks are kept on another disk than records, so power loss may have left one alone.
    if (!records.has(volumeId)) shared?.marks.clear(volumeId, node.nodeId);
  }
  const inUse = store.nodeVolumes(node.nodeId).map(({ volumeId }) => volumeId);
  await sweepDevices(devices, records, inUse, log);
  await sweepInline(inlineData, inUse, foundation);
  await shared?.registry.register(node);
  return { service: nodeService(deps), records, deps };
}

/** What the loop devices of a node are known by: of this store and node, whatever their names. */
function loopTag(storeId: string, nodeId: string): string {
  const hash = createHash('sha256').update(`${storeId} ${nodeId}`).digest('hex');
  return `csi-mock ${hash.slice(0, 32)}`;
}

/** The other nodes that have a volume, as this one can see them. */
function otherNodes(
  { store, shared }: Foundation,
  { nodeId }: NodeInfo,
  volumeId: string,
  boot: string,
  mounts: VolumeMounts,
): readonly string[] {
  if (shared !== undefined) return shared.marks.nodesOf(volumeId).filter((each) => each !== nodeId);
  return store.nodeIds().filter((each) => {
    const record = each === nodeId ? undefined : store.nodeVolume(each, volumeId);
    return record !== undefined && mountPaths(livingPart(record, boot, mounts)).length > 0;
  });
}

/** Detaches the loop devices that a process before left and no mount needs. */
async function sweepDevices(
  devices: VolumeDevices,
  records: NodeRecords,
  inUse: readonly string[],
  log: Log,
): Promise<void> {
  // Where loop devices cannot be used, none can have been left.
  if (inOwnNamespace()) return;
  try {
    const mounted = inUse.map(
      (volumeId) => [volumeId, mountPaths(records.read(volumeId))] as const,
    );
    await devices.sweep(new Map(mounted));
  } catch (error) {
    log.warn({ err: error }, 'loop devices that a crash left could not be detached');
  }
}

/**
 * Throws a StateDirectoryError where another node, by its id, has volumes mounted: this one would not know
 * of them, and would let them be published once more, or deleted under their mounts.
 */
function refuseOtherNodes(
  store: Store,
  nodeIds: readonly string[],
  currentBootId: string,
  mounts: VolumeMounts,
): void {
  for (const other of store.nodeIds().filter((each) => !nodeIds.includes(each))) {
    const paths = store
      .nodeVolumes(other)
      .flatMap((record) => recordedPaths(livingPart(record, currentBootId, mounts)));
    if (paths.length > 0) {
      throw new StateDirectoryError(
        `this state directory belongs to node ${other}, which has volumes mounted at ` +
          `${enumerate(paths)}: start it with --node-id ${other}, or give this driver a ` +
          'state directory of its own',
      );
    }
  }
}

/** Whether the Node service grows volumes: only where the Controller service does not. */
function growsHere({ options, shared }: Foundation): boolean {
  return shared === undefined && !options.controllerCapabilities.includes('EXPAND_VOLUME');
}
