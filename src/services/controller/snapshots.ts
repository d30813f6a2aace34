import { randomUUID } from 'node:crypto';
import { snapshotRequest } from '../../csi/controller-requests.js';
import { identifier, map, optionalIdentifier } from '../../csi/field.js';
import type { ControllerHandlers } from '../../csi/generated/csi/v1/Controller.js';
import type { Call, Handlers } from '../../csi/handler.js';
import {
  decideRepeatedSnapshot,
  decideSnapshotParameters,
  type Snapshot,
  type SnapshotRequest,
} from '../../model/snapshot.js';
import type { ControllerDeps } from './deps.js';
import { wireSnapshot } from './wire.js';
import { holdSource } from './held-source.js';
import { keeping } from './keeping.js';
import { raise, snapshotDataGone } from '../outcome.js';
import { pageOf } from './page.js';

type Snapshotting = Pick<
  Handlers<ControllerHandlers>,
  'CreateSnapshot' | 'DeleteSnapshot' | 'ListSnapshots'
>;

/** The RPCs that make, remove and list snapshots. */
export function snapshotting(deps: ControllerDeps): Snapshotting {
  const { store, pool, locks, holds, copies } = deps;
  const snapshots = keeping({
    what: 'snapshot',
    shelf: pool.snapshots,
    put: (snapshot) => store.putSnapshot(snapshot),
    remove: (id) => store.removeSnapshot(id),
  });

  /** Cuts a snapshot that does not exist; its name is locked. */
  async function cut(asked: SnapshotRequest, call: Call): Promise<Snapshot> {
    const held = await holdSource(deps, { kind: 'volume', id: asked.sourceVolumeId }, call.signal);
    try {
      const snapshot: Snapshot = {
        id: `snap-${randomUUID()}`,
        name: asked.name,
        sourceVolumeId: asked.sourceVolumeId,
        sizeBytes: held.bytes,
        createdAt: Date.now(),
        format: held.format,
        accessibleTopology: held.accessibleTopology,
      };
      const names = { from: `volume ${asked.sourceVolumeId}`, to: `snapshot ${snapshot.id}` };
      const { content: source, bytes, volume } = held;
      const fill = copies.fillWith(names, { source, bytes, volume });
      // Nobody knows the id yet but a caller of ListSnapshots, who must not delete what is half-made.
      return await locks.run(snapshot.id, call.signal, async () => {
        await snapshots.make(snapshot, fill, call);
        return snapshot;
      });
    } finally {
      held.release();
    }
  }

  /** The snapshot that has the name; undefined when it was deleted before its turn. */
  async function repeated(
    asked: SnapshotRequest,
    id: string,
    call: Call,
  ): Promise<Snapshot | undefined> {
    return locks.run(id, call.signal, async () => {
      const existing = store.snapshot(id);
      if (existing === undefined) return undefined;
      const verdict = decideRepeatedSnapshot(asked, existing);
      if (verdict.answer !== 'OK (idempotent)') raise(verdict);
      // Does nothing but after a call that failed when all but this was done.
      await pool.snapshots.reveal(id);
      if (pool.snapshots.content(id) === undefined) throw snapshotDataGone(id);
      return existing;
    });
  }

  return {
    async CreateSnapshot(request, call) {
      const asked = snapshotRequest(request);
      const known = decideSnapshotParameters(asked.parameters);
      if (known.answer !== 'OK') raise(known);
      // The copy outlives its caller; a caller who asks again waits here for it.
      return locks.run(`snapshot name ${asked.name}`, call.signal, async () => {
        const there = store.snapshotNamed(asked.name);
        const existing = there && (await repeated(asked, there.id, call));
        return { snapshot: wireSnapshot(existing ?? (await cut(asked, call))) };
      });
    },

    async DeleteSnapshot(request, call) {
      const id = identifier(request.snapshot_id, 'snapshot_id');
      map(request.secrets, 'secrets');
      return holds.alone(id, call.signal, () =>
        locks.run(id, call.signal, async () => {
          if (store.snapshot(id) !== undefined) await snapshots.unmake(id, call);
          return {};
        }),
      );
    },

    ListSnapshots(request) {
      const id = optionalIdentifier(request.snapshot_id, 'snapshot_id');
      const sourceVolumeId = optionalIdentifier(request.source_volume_id, 'source_volume_id');
      map(request.secrets, 'secrets');
      const read =
        id === ''
          ? (after: string, limit: number) =>
              store.snapshots(after, limit, sourceVolumeId || undefined)
          : (after: string) => onlyOne(id, sourceVolumeId).filter((found) => found.id > after);
      const { items, next_token } = pageOf(request, read);
      return { entries: items.map((each) => ({ snapshot: wireSnapshot(each) })), next_token };
    },
  };

  /** The snapshot with an id, unless another source is asked for; empty: any. */
  function onlyOne(id: string, sourceVolumeId: string): Snapshot[] {
    const found = store.snapshot(id);
    return found !== undefined && ['', found.sourceVolumeId].includes(sourceVolumeId)
      ? [found]
      : [];
  }
}
