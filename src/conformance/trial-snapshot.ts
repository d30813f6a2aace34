import type { CreateSnapshotRequest } from '../csi/generated/csi/v1/CreateSnapshotRequest.js';
import type { Snapshot__Output } from '../csi/generated/csi/v1/Snapshot.js';
import { Untestable } from './untestable.js';
import type { Trial } from './trial.js';

/**
 * Sends a CreateSnapshot with a name of its own unless `request` has one. Rejects with a StatusError as
 * the driver refuses; what it makes is removed when the check ends.
 */
export async function createSnapshot(
  trial: Trial,
  request: CreateSnapshotRequest,
): Promise<Snapshot__Output> {
  const { subject, call, secrets, undo } = trial;
  const { CreateSnapshot } = subject.controller.controller;
  const { snapshot } = await CreateSnapshot(
    { name: trial.volumeName(), secrets: secrets('CreateSnapshot'), ...request },
    call,
  );
  if (snapshot === null) throw new Untestable('CreateSnapshot answers no snapshot');
  undo.push(() => deleteSnapshot(trial, snapshot.snapshot_id));
  return snapshot;
}

/** A snapshot that can be used; throws Untestable when the driver does not make one. */
export async function usableSnapshot(trial: Trial, source: string): Promise<Snapshot__Output> {
  const request = { name: trial.volumeName(), source_volume_id: source };
  const attempts = 20;
  for (let attempt = 1; attempt <= attempts; attempt += 1) {
    const made = await trial.need('CreateSnapshot', createSnapshot(trial, request));
    if (made.ready_to_use) return made;
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  }
  throw new Untestable('the snapshot does not become ready to use');
}

const PAUSE_MS = 250;

export function deleteSnapshot(
  { subject, call, secrets }: Trial,
  snapshot_id: string,
): Promise<unknown> {
  return subject.controller.controller.DeleteSnapshot(
    { snapshot_id, secrets: secrets('DeleteSnapshot') },
    call,
  );
}
