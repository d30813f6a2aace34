import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { CallOptions } from '../csi/client.js';
import type { NodePublishVolumeRequest } from '../csi/generated/csi/v1/NodePublishVolumeRequest.js';
import type { NodeStageVolumeRequest } from '../csi/generated/csi/v1/NodeStageVolumeRequest.js';
import type { Volume } from '../csi/generated/csi/v1/Volume.js';
import type { VolumeCapability } from '../csi/generated/csi/v1/VolumeCapability.js';
import { StatusError } from '../csi/status.js';
import type { Secrets } from './secrets.js';
import type { Subject, SubjectNode } from './subject.js';
import type { Undo } from './undo.js';

/**
 * A volume of a check. Every step goes straight to the driver and rejects with a StatusError as the
 * driver refuses; whatever was tried is undone at the end of the check. Nodes are counted from 0.
 */
export interface TrialVolume {
  readonly id: string;
  /** As the driver answered it. */
  readonly context: Record<string, string>;
  /** As the driver answered it; 0 when it does not say. */
  readonly capacityBytes: bigint;
  /**
   * Controller-publishes at a node and resolves with the publish_context; does nothing on a driver
   * without attach.
   */
  attach(
    capability: VolumeCapability,
    options?: { readonly node?: number; readonly readonly?: boolean },
  ): Promise<Readonly<Record<string, string>>>;
  detach(node?: number): Promise<unknown>;
  /** Stages at the volume's own path on a node; does nothing on a driver without staging. */
  stage(
    capability: VolumeCapability,
    changed?: NodeStageVolumeRequest,
    node?: number,
  ): Promise<unknown>;
  unstage(path?: string, node?: number): Promise<unknown>;
  /** Publishes at the target of this name; `changed` arguments differ from the usual ones. */
  publish(
    target: string,
    capability: VolumeCapability,
    changed?: NodePublishVolumeRequest,
    node?: number,
  ): Promise<unknown>;
  unpublish(target: string, node?: number): Promise<unknown>;
  remove(): Promise<unknown>;
  /** Absolute; the parent exists, the target itself does not unless it is published. */
  targetPath(target: string, node?: number): string;
  /** Absolute; made by the first call. */
  stagingPath(node?: number): string;
}

export interface TrialVolumeDeps {
  readonly subject: Subject;
  readonly call: CallOptions;
  readonly secrets: Secrets;
  readonly undo: Undo;
  /** Of this volume alone, on the machine of the checker. */
  readonly directory: string;
}

export function trialVolume(volume: Volume, deps: TrialVolumeDeps): TrialVolume {
  const { subject, call, secrets, undo, directory } = deps;
  const volume_id = volume.volume_id ?? '';
  const volume_context = volume.volume_context ?? {};
  const contexts = new Map<number, Record<string, string>>();
  const nodeAt = (index: number): SubjectNode => {
    const node = subject.nodes[index];
    if (node === undefined) throw new Error(`the driver has no node ${index}`);
    return node;
  };
  const inDirectory = (node: number, ...names: string[]): string => {
    const path = join(directory, `node-${node}`, ...names);
    mkdirSync(join(path, '..'), { recursive: true });
    return path;
  };
  const stagingPath = (node = 0): string => {
    const path = inDirectory(node, 'staging');
    mkdirSync(path, { recursive: true });
    return path;
  };
  const targetPath = (target: string, node = 0) => inDirectory(node, 'targets', target);

  let removed = false;
  /** A driver need not know a volume any more that the check itself has removed. */
  const undoLater = (step: () => Promise<unknown>): void =>
    undo.push(async () => {
      try {
        await step();
      } catch (error) {
        if (!removed || StatusError.from(error).code !== 'NOT_FOUND') throw error;
      }
    });

  const made: TrialVolume = {
    id: volume_id,
    context: volume_context,
    capacityBytes: BigInt(String(volume.capacity_bytes ?? 0)),
    targetPath,
    stagingPath,

    async attach(volume_capability, { node = 0, readonly = false } = {}) {
      if (!subject.attach) return {};
      undoLater(() => made.detach(node));
      const { publish_context } = await subject.controller.controller.ControllerPublishVolume(
        {
          volume_id,
          node_id: nodeAt(node).nodeId,
          volume_capability,
          readonly,
          volume_context,
          secrets: secrets('ControllerPublishVolume'),
        },
        call,
      );
      contexts.set(node, publish_context);
      return publish_context;
    },

    async detach(node = 0) {
      if (!subject.attach) return;
      await subject.controller.controller.ControllerUnpublishVolume(
        {
          volume_id,
          node_id: nodeAt(node).nodeId,
          secrets: secrets('ControllerUnpublishVolume'),
        },
        call,
      );
    },

    async stage(volume_capability, changed = {}, node = 0) {
      if (!subject.stage) return;
      const { staging_target_path: path = stagingPath(node) } = changed;
      // What was tried without a path has none that it could be undone at.
      if (path !== '') undoLater(() => made.unstage(path, node));
      await nodeAt(node).client.node.NodeStageVolume(
        {
          volume_id,
          publish_context: contexts.get(node) ?? {},
          staging_target_path: path,
          volume_capability,
          volume_context,
          secrets: secrets('NodeStageVolume'),
          ...changed,
        },
        call,
      );
    },

    async unstage(path, node = 0) {
      if (!subject.stage) return;
      await nodeAt(node).client.node.NodeUnstageVolume(
        { volume_id, staging_target_path: path ?? stagingPath(node) },
        call,
      );
    },

    async publish(target, volume_capability, changed = {}, node = 0) {
      undoLater(() => made.unpublish(target, node));
      await nodeAt(node).client.node.NodePublishVolume(
        {
          volume_id,
          publish_context: contexts.get(node) ?? {},
          staging_target_path: subject.stage ? stagingPath(node) : '',
          target_path: targetPath(target, node),
          volume_capability,
          volume_context,
          secrets: secrets('NodePublishVolume'),
          ...changed,
        },
        call,
      );
    },

    async unpublish(target, node = 0) {
      await nodeAt(node).client.node.NodeUnpublishVolume(
        { volume_id, target_path: targetPath(target, node) },
        call,
      );
    },

    async remove() {
      await subject.controller.controller.DeleteVolume(
        { volume_id, secrets: secrets('DeleteVolume') },
        call,
      );
      removed = true;
    },
  };
  return made;
}
