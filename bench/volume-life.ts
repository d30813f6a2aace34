import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Subject } from './subject.js';

/** The calls of a CO for one volume, in order. Each rejects with a StatusError. */
export interface VolumeLife {
  create(): Promise<void>;
  attach(): Promise<void>;
  stage(): Promise<void>;
  publish(): Promise<void>;
  unpublish(): Promise<void>;
  unstage(): Promise<void>;
  detach(): Promise<void>;
  remove(): Promise<void>;
  /** Takes back what may have been done, as far as that works. */
  undo(): Promise<void>;
}

const CAPABILITY = { access_mode: { mode: 'SINGLE_NODE_WRITER' }, mount: {} } as const;

let made = 0;

/** A name that no volume has, in this run or, most likely, any other. */
export function volumeName(): string {
  made += 1;
  return `bench-${process.pid}-${Date.now()}-${made}`;
}

export async function createVolume({ client }: Subject): Promise<string> {
  const { volume } = await client.controller.CreateVolume({
    name: volumeName(),
    volume_capabilities: [CAPABILITY],
    capacity_range: { required_bytes: 2 ** 20 },
  });
  if (volume === null) throw new Error('CreateVolume answered no volume');
  return volume.volume_id;
}

/** The lives of volumes, one after the other, at paths that belong to one caller. */
export function volumeLife(subject: Subject, caller: number): VolumeLife {
  const { client, nodeId, steps, directory } = subject;
  const { controller, node } = client;
  const own = join(directory, String(caller));
  const staging_target_path = join(own, 'staging');
  const target_path = join(own, 'target');
  mkdirSync(staging_target_path, { recursive: true });

  let volume_id = '';
  let publish_context: Record<string, string> = {};
  const staged = () => ({
    volume_id,
    volume_capability: CAPABILITY,
    publish_context,
    staging_target_path: steps.stage ? staging_target_path : '',
  });

  const life: VolumeLife = {
    async create() {
      volume_id = await createVolume(subject);
    },
    async attach() {
      if (!steps.attach) return;
      const attached = { volume_id, node_id: nodeId, volume_capability: CAPABILITY };
      ({ publish_context } = await controller.ControllerPublishVolume(attached));
    },
    async stage() {
      if (steps.stage) await node.NodeStageVolume(staged());
    },
    async publish() {
      await node.NodePublishVolume({ ...staged(), target_path });
    },
    async unpublish() {
      await node.NodeUnpublishVolume({ volume_id, target_path });
    },
    async unstage() {
      if (steps.stage) await node.NodeUnstageVolume({ volume_id, staging_target_path });
    },
    async detach() {
      if (steps.attach) await controller.ControllerUnpublishVolume({ volume_id, node_id: nodeId });
    },
    async remove() {
      await controller.DeleteVolume({ volume_id });
    },
    async undo() {
      if (volume_id === '') return;
      for (const step of [life.unpublish, life.unstage, life.detach, life.remove]) {
        await step().catch(() => undefined);
      }
    },
  };
  return life;
}
