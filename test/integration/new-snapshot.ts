import { randomUUID } from 'node:crypto';
import type { Client } from '../../src/csi/client.js';
import type { CreateSnapshotRequest } from '../../src/csi/generated/csi/v1/CreateSnapshotRequest.js';
import type { Snapshot__Output } from '../../src/csi/generated/csi/v1/Snapshot.js';

/** Cuts a snapshot with a name of its own, but for what `changed` names. */
export async function newSnapshot(
  { controller }: Client,
  source_volume_id: string,
  changed: CreateSnapshotRequest = {},
): Promise<Snapshot__Output> {
  const request = { name: randomUUID(), source_volume_id, ...changed };
  const { snapshot } = await controller.CreateSnapshot(request);
  if (snapshot === null) throw new Error('CreateSnapshot answered without a snapshot');
  return snapshot;
}

/** Deletes all snapshots and volumes that there are; nobody may use them. */
export async function deleteAll({ controller }: Client): Promise<void> {
  for (const { snapshot } of (await controller.ListSnapshots({})).entries) {
    await controller.DeleteSnapshot({ snapshot_id: snapshot?.snapshot_id ?? '' });
  }
  for (const { volume } of (await controller.ListVolumes({})).entries) {
    await controller.DeleteVolume({ volume_id: volume?.volume_id ?? '' });
  }
}
