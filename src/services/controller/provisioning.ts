import { randomUUID } from 'node:crypto';
import { knownModes, optionalVolumeCapability } from '../../csi/capability-field.js';
import { capacityRange, createRequest } from '../../csi/controller-requests.js';
import { identifier, invalid, map } from '../../csi/field.js';
import type { ControllerHandlers } from '../../csi/generated/csi/v1/Controller.js';
import type { Call, Handlers } from '../../csi/handler.js';
import { StatusError } from '../../csi/status.js';
import type { Fill } from '../../host/content.js';
import { emptyContent } from '../../host/new-content.js';
import { decideRepeatedCreate, type CreateRequest } from '../../model/create.js';
import type { CreationParameters } from '../../model/creation-parameters.js';
import { decideFormat } from '../../model/format.js';
import { describeSource } from '../../model/snapshot.js';
import { planVolume } from '../../model/volume-plan.js';
import type { Volume } from '../../model/volume.js';
import type { ControllerDeps } from './deps.js';
import { wireVolume } from './wire.js';
import { requireSupported } from '../expansion.js';
import { holdSource, requireAdvertised, type HeldSource } from './held-source.js';
import { keeping } from './keeping.js';
import { dataGone, raise, volumeNotFound } from '../outcome.js';
import { describeUse } from './volume-uses.js';

type Provisioning = Pick<
  Handlers<ControllerHandlers>,
  'CreateVolume' | 'DeleteVolume' | 'ControllerExpandVolume'
>;

/** The RPCs that make, remove and grow volumes. */
export function provisioning(deps: ControllerDeps): Provisioning {
  const { store, pool, locks, holds, capacity } = deps;
  const volumes = keeping({
    what: 'volume',
    shelf: pool.volumes,
    put: (volume) => store.putVolume(volume),
    remove: (id) => store.removeVolume(id),
  });

  /** Makes a volume that does not exist; its name is locked. */
  async function provision(
    asked: CreateRequest,
    parameters: CreationParameters,
    call: Call,
  ): Promise<Volume> {
    if (asked.source === null) return make(asked, parameters, undefined, call);
    const held = await holdSource(deps, asked.source, call.signal);
    try {
      return await make(asked, parameters, held, call);
    } finally {
      held.release();
    }
  }

  async function make(
    asked: CreateRequest,
    parameters: CreationParameters,
    held: HeldSource | undefined,
    call: Call,
  ): Promise<Volume> {
    const plan = planVolume(asked, parameters, held, deps);
    if (plan.answer !== 'OK') raise(plan);
    const { format, bytes, accessible } = plan;
    const kind = capacity.choose(asked.parameters, bytes);
    const volume: Volume = {
      id: `vol-${randomUUID()}`,
      name: asked.name,
      capacityBytes: bytes,
      capabilities: asked.capabilities,
      parameters: asked.parameters,
      kind,
      accessibleTopology: accessible,
      format,
      source: asked.source,
    };
    const fill = held === undefined ? emptyContent(format, bytes) : copyOf(held, volume);
    // Nobody knows the id yet but a caller of ListVolumes, who must not delete what is half-made.
    return locks.run(volume.id, call.signal, async () => {
      const release = capacity.reserve(kind, bytes);
      try {
        await volumes.make(volume, fill, call, release);
      } finally {
        release();
      }
      return volume;
    });
  }

  /** The volume that has the name; undefined when it was deleted before its turn. */
  async function repeated(
    asked: CreateRequest,
    volumeId: string,
    call: Call,
  ): Promise<Volume | undefined> {
    return locks.run(volumeId, call.signal, async () => {
      const existing = store.volume(volumeId);
      if (existing === undefined) return undefined;
      const verdict = decideRepeatedCreate(asked, existing);
      if (verdict.answer !== 'OK (idempotent)') raise(verdict);
      // Does nothing but after a call that failed when all but this was done.
      await pool.volumes.reveal(volumeId);
      if (pool.volumes.content(volumeId) === undefined) throw dataGone(volumeId);
      return existing;
    });
  }

  function copyOf({ source, content, volume: copied }: HeldSource, volume: Volume): Fill {
    const names = { from: describeSource(source), to: `volume ${volume.id}` };
    const bytes = volume.capacityBytes;
    return deps.copies.fillWith(names, { source: content, bytes, volume: copied });
  }

  return {
    async CreateVolume(request, call) {
      const asked = createRequest(request, knownModes(deps));
      const parameters = capacity.read(asked.parameters);
      const format = decideFormat(asked.capabilities, parameters);
      if (format.answer !== 'OK') raise(format);
      if (asked.source !== null) requireAdvertised(asked.source, deps.capabilities);
      return locks.run(`name ${asked.name}`, call.signal, async () => {
        const there = store.volumeNamed(asked.name);
        const existing = there && (await repeated(asked, there.id, call));
        return { volume: wireVolume(existing ?? (await provision(asked, parameters, call))) };
      });
    },

    async DeleteVolume(request, call) {
      const volumeId = identifier(request.volume_id, 'volume_id');
      map(request.secrets, 'secrets');
      return holds.alone(volumeId, call.signal, () =>
        locks.run(volumeId, call.signal, async () => {
          if (store.volume(volumeId) === undefined) return {};
          refuseInUse(volumeId);
          // A node in another process that found it just before it went out of sight has left its mark.
          await volumes.unmake(volumeId, call, () => refuseInUse(volumeId));
          return {};
        }),
      );
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
      return holds.alone(volumeId, call.signal, () =>
        locks.run(volumeId, call.signal, async () => {
          const volume = store.volume(volumeId);
          if (volume === undefined) throw volumeNotFound(volumeId);
          requireSupported(volume, capability);
          const bytes = await deps.expansion.expand(volume, range);
          return {
            capacity_bytes: String(bytes),
            node_expansion_required: deps.nodeExpansionRequired(volume.format),
          };
        }),
      );
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
