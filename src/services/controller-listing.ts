import { knownModes, volumeCapabilities } from '../csi/capability-field.js';
import { identifier, invalid, map } from '../csi/field.js';
import type { ControllerHandlers } from '../csi/generated/csi/v1/Controller.js';
import type { Handlers } from '../csi/handler.js';
import { needsSingleNodeMultiWriter } from '../model/access-mode.js';
import { sameMap, without, type StringMap } from '../model/equality.js';
import { isKubernetesKey } from '../model/kubernetes-key.js';
import { unsupported } from '../model/volume.js';
import type { VolumeCapability } from '../model/capability.js';
import type { Volume } from '../model/volume.js';
import type { ControllerDeps } from './controller-deps.js';
import { wireVolume } from './controller-wire.js';
import { volumeNotFound } from './outcome.js';
import { pageToken, startAfter } from './page-token.js';

type Listing = Pick<
  Handlers<ControllerHandlers>,
  | 'ValidateVolumeCapabilities'
  | 'ListVolumes'
  | 'GetCapacity'
  | 'ControllerGetCapabilities'
  | 'ControllerGetVolume'
>;

/** The RPCs that tell about volumes and change nothing. */
export function listing(deps: ControllerDeps): Listing {
  const { store, pool, capacity, capabilities, sizes } = deps;

  const publishedAt = (volumeId: string) => ({
    published_node_ids: store.attachments(volumeId).map(({ nodeId }) => nodeId),
  });

  /** Why the CO cannot have all that it asks for; undefined when it can. */
  function unconfirmed(
    volume: Volume,
    asked: readonly VolumeCapability[],
    parameters: StringMap,
  ): string | undefined {
    for (const capability of asked) {
      if (
        needsSingleNodeMultiWriter(capability.accessMode) &&
        !capabilities.has('SINGLE_NODE_MULTI_WRITER')
      ) {
        return `${capability.accessMode} needs SINGLE_NODE_MULTI_WRITER, which is not advertised`;
      }
      const limit = unsupported(volume, capability);
      if (limit !== undefined) return limit;
    }
    const own = without(parameters, isKubernetesKey);
    if (Object.keys(own).length > 0 && !sameMap(own, volume.parameters)) {
      return `volume ${volume.id} was created with other parameters`;
    }
    return undefined;
  }

  return {
    ValidateVolumeCapabilities(request) {
      const volumeId = identifier(request.volume_id, 'volume_id');
      map(request.secrets, 'secrets');
      const asked = volumeCapabilities(request.volume_capabilities, 'volume_capabilities', 'all');
      const parameters = map(request.parameters, 'parameters');
      const volume_context = map(request.volume_context, 'volume_context');
      const volume = store.volume(volumeId);
      if (volume === undefined) throw volumeNotFound(volumeId);
      const reason = unconfirmed(volume, asked, parameters);
      if (reason !== undefined) return { message: reason };
      return {
        confirmed: {
          volume_context,
          volume_capabilities: request.volume_capabilities,
          parameters,
        },
      };
    },

    ListVolumes(request) {
      if (request.max_entries < 0) throw invalid('max_entries', 'must not be negative');
      const after = startAfter(request.starting_token);
      const limit = request.max_entries === 0 ? Infinity : request.max_entries;
      // One more than asked for tells whether there is another page.
      const found = store.volumes(after, limit + 1);
      const page = found.slice(0, limit);
      const last = page.at(-1);
      return {
        entries: page.map((volume) => ({
          volume: wireVolume(volume),
          status: capabilities.has('LIST_VOLUMES_PUBLISHED_NODES') ? publishedAt(volume.id) : null,
        })),
        next_token: found.length > page.length && last ? pageToken(last.id) : '',
      };
    },

    async GetCapacity(request) {
      const parameters = without(map(request.parameters, 'parameters'), isKubernetesKey);
      capacity.read(parameters);
      const asked =
        request.volume_capabilities.length === 0
          ? []
          : volumeCapabilities(
              request.volume_capabilities,
              'volume_capabilities',
              knownModes(deps),
            );
      const elsewhere =
        request.accessible_topology !== null &&
        deps.topologies.length > 0 &&
        !deps.topologies.some((each) => sameMap(each, request.accessible_topology?.segments ?? {}));
      const impossible = elsewhere || asked.some(({ accessType }) => accessType.kind === 'block');
      return {
        available_capacity: String(impossible ? 0n : await availableBytes(parameters)),
        maximum_volume_size:
          sizes.maxVolumeSize > 0n ? { value: String(sizes.maxVolumeSize) } : null,
        minimum_volume_size:
          sizes.minVolumeSize > 0n ? { value: String(sizes.minVolumeSize) } : null,
      };
    },

    ControllerGetCapabilities() {
      return { capabilities: [...capabilities].map((type) => ({ rpc: { type } })) };
    },

    ControllerGetVolume(request) {
      const volumeId = identifier(request.volume_id, 'volume_id');
      const volume = store.volume(volumeId);
      if (volume === undefined) throw volumeNotFound(volumeId);
      return { volume: wireVolume(volume), status: publishedAt(volumeId) };
    },
  };

  /** The simulated capacity that is left, else what the pool's file system has left. */
  async function availableBytes(parameters: StringMap): Promise<bigint> {
    const simulated = capacity.available(parameters);
    if (simulated !== undefined) return simulated;
    const { bavail, bsize } = await pool.space();
    return BigInt(bavail) * BigInt(bsize);
  }
}
