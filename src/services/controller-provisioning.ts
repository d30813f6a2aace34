import { randomUUID } from 'node:crypto';
import { knownModes, optionalVolumeCapability } from '../csi/capability-field.js';
import { capacityRange, createRequest } from '../csi/controller-requests.js';
import { identifier, invalid, map } from '../csi/field.js';
import type { ControllerHandlers } from '../csi/generated/csi/v1/Controller.js';
import type { Call, Handlers } from '../csi/handler.js';
import { StatusError } from '../csi/status.js';
import { emptyContent } from '../host/new-content.js';
import { decideSize, sizesOf } from '../model/capacity.js';
import { decideRepeatedCreate, type CreateRequest } from '../model/create.js';
import { decideFormat, type Format } from '../model/format.js';
import { decideTopology } from '../model/topology.js';
import type { Volume } from '../model/volume.js';
import type { ControllerDeps } from './controller-deps.js';
import { wireVolume } from './controller-wire.js';
import { requireSupported } from './expansion.js';
import { dataGone, raise, volumeNotFound } from './outcome.js';
import { describeUse } from './volume-uses.js';

type Provisioning = Pick<
  Handlers<ControllerHandlers>,
  'CreateVolume' | 'DeleteVolume' | 'ControllerExpandVolume'
>;

/** The RPCs that make, remove and grow volumes. */
export function provisioning(deps: ControllerDeps): Provisioning {
  const { store, pool, locks, capacity } = deps;
  /** Volumes in incoming/ whose record could not be kept, and may be found at the next start all the same. */
  const doubtful = new Set<string>();

  /** Makes a volume that does not exist; its name is locked. */
  async function provision(asked: CreateRequest, format: Format, call: Call): Promise<Volume> {
    const size = decideSize(asked.capacityRange, sizesOf(format, deps.sizes));
    if (size.answer !== 'OK') raise(size);
    const place = decideTopology(asked.topology, deps.topologies);
    if (place.answer !== 'OK') raise(place);

    const kind = capacity.choose(asked.parameters, size.bytes);
    const volume: Volume = {
      id: `vol-${randomUUID()}`,
      name: asked.name,
      capacityBytes: size.bytes,
      capabilities: asked.capabilities,
      parameters: asked.parameters,
      kind,
      accessibleTopology: place.accessible,
      format,
      source: asked.source,
    };
    // Nobody knows the id yet but a caller of ListVolumes, who must not delete what is half-made.
    return locks.run(volume.id, call.signal, async () => {
      const release = capacity.reserve(kind, size.bytes);
      try {
        // Made in incoming/, then recorded, then shown: after a crash in between there is nothing that
        // counts, or a volume that start-up shows.
        await prepare(volume, call);
        const recorded = record(volume, call);
        // The store counts the size from here on.
        release();
        await recorded;
        await pool.volumes.reveal(volume.id);
      } finally {
        release();
      }
      return volume;
    });
  }

  async function prepare(volume: Volume, call: Call): Promise<void> {
    try {
      await pool.volumes.prepare(volume, emptyContent(volume.format, volume.capacityBytes));
    } catch (error) {
      await discard(volume.id, call);
      throw error;
    }
  }

  async function record(volume: Volume, call: Call): Promise<void> {
    const before = [...doubtful];
    try {
      await store.putVolume(volume);
    } catch (error) {
      doubtful.add(volume.id);
      throw error;
    }
    // What failed before this write is taken back with it.
    for (const id of before) if (doubtful.delete(id)) void discard(id, call);
  }

  /** Removes what is left of a volume; if that fails, the next start tries again. */
  async function discard(volumeId: string, call: Call): Promise<void> {
    await pool.volumes.discard(volumeId).catch((error: unknown) => {
      call.warn('what is left of a volume could not be removed', { left: volumeId, err: error });
    });
  }

  return {
    async CreateVolume(request, call) {
      const asked = createRequest(request, knownModes(deps));
      const format = decideFormat(asked.capabilities, capacity.read(asked.parameters));
      if (format.answer !== 'OK') raise(format);
      if (asked.source !== null) throw invalid('volume_content_source', 'is not supported');
      return locks.run(`name ${asked.name}`, call.signal, async () => {
        const existing = store.volumeNamed(asked.name);
        if (existing === undefined) {
          return { volume: wireVolume(await provision(asked, format.format, call)) };
        }
        const verdict = decideRepeatedCreate(asked, existing);
        if (verdict.answer !== 'OK (idempotent)') raise(verdict);
        // Does nothing but after a call that failed when all but this was done.
        await pool.volumes.reveal(existing.id);
        if (pool.volumes.content(existing.id) === undefined) throw dataGone(existing.id);
        return { volume: wireVolume(existing) };
      });
    },

    async DeleteVolume(request, call) {
      const volumeId = identifier(request.volume_id, 'volume_id');
      map(request.secrets, 'secrets');
      return locks.run(volumeId, call.signal, async () => {
        if (store.volume(volumeId) === undefined) return {};
        refuseInUse(volumeId);
        // Taken out of sight, then forgotten: a crash in between puts the volume back at start-up, and
        // the CO, which got no answer, deletes it again.
        try {
          await pool.volumes.retire(volumeId);
          // A node in another process that found it just before it went out of sight has left its mark.
          refuseInUse(volumeId);
          await store.removeVolume(volumeId);
        } catch (error) {
          await pool.volumes.restore(volumeId).catch((err: unknown) => {
            call.warn('a volume that could not be deleted may be out of sight', { err });
          });
          throw error;
        }
        // Large trees take long.
        void discard(volumeId, call);
        return {};
      });
    },

    async ControllerExpandVolume(request, call) {
      const volumeId = identifier(request.volume_id, 'volume_id');
      map(request.secrets, 'secrets');
      const range = capacityRange(request.capacity_range);
      if (range === undefined) throw invalid('capacity_range', 'is required');
      const capability = optionalVolumeCapability(
        request.volume_capability,
        'volume_capability',
        knownModes(deps),
      );
      return locks.run(volumeId, call.signal, async () => {
        const volume = store.volume(volumeId);
        if (volume === undefined) throw volumeNotFound(volumeId);
        requireSupported(volume, capability);
        const bytes = await deps.expansion.expand(volume, range);
        return {
          capacity_bytes: String(bytes),
          node_expansion_required: deps.nodeExpansionRequired,
        };
      });
    },
  };

  /** FAILED_PRECONDITION while a node has the volume (spec: "DeleteVolume Errors"). */
  function refuseInUse(volumeId: string): void {
    const attached = store.attachments(volumeId);
    if (attached.length > 0) {
      const nodes = attached.map(({ nodeId }) => nodeId).join(', ');
      throw new StatusError(
        'FAILED_PRECONDITION',
        `volume ${volumeId} is controller-published at ${nodes}: ControllerUnpublishVolume comes first`,
      );
    }
    // With attach, a node that has it all the same was detached by force, and its use no longer counts.
    if (deps.capabilities.has('PUBLISH_UNPUBLISH_VOLUME')) return;
    const uses = deps.uses.of(volumeId);
    if (uses.length === 0) return;
    throw new StatusError(
      'FAILED_PRECONDITION',
      `volume ${volumeId} is in use on ${uses.map(describeUse).join('; ')}`,
    );
  }
}
