import { setImmediate } from 'node:timers/promises';
import { volumeCapabilities } from '../../csi/capability-field.js';
import { identifier, map } from '../../csi/field.js';
import type { ControllerHandlers } from '../../csi/generated/csi/v1/Controller.js';
import type { Handlers } from '../../csi/handler.js';
import { needsSingleNodeMultiWriter } from '../../model/access-mode.js';
import { sameMap, without, type StringMap } from '../../model/equality.js';
import { isKubernetesKey } from '../../model/kubernetes-key.js';
import { unsupported } from '../../model/volume.js';
import type { VolumeCapability } from '../../model/capability.js';
import type { Volume } from '../../model/volume.js';
import type { ControllerDeps } from './deps.js';
import { wireVolume } from './wire.js';
import { volumeNotFound } from '../outcome.js';
import { pageOf } from './page.js';

type Listing = Pick<
  Handlers<ControllerHandlers>,
  'ValidateVolumeCapabilities' | 'ListVolumes' | 'ControllerGetCapabilities' | 'ControllerGetVolume'
>;

/** After how many volumes of a list other calls get their turn. */
const TURN = 200;

/** The RPCs that tell about volumes and change nothing. */
export function listing(deps: ControllerDeps): Listing {
  const { store, capabilities, conditions } = deps;
  const hasStatus = (['LIST_VOLUMES_PUBLISHED_NODES', 'VOLUME_CONDITION'] as const).some((each) =>
    capabilities.has(each),
  );

  const publishedAt = (volumeId: string) => ({
    published_node_ids: store.attachments(volumeId).map(({ nodeId }) => nodeId),
  });
  const conditionOf = (volume: Volume) =>
    capabilities.has('VOLUME_CONDITION') ? { volume_condition: conditions.of(volume) } : {};
  const listedStatus = (volume: Volume) => ({
    ...(capabilities.has('LIST_VOLUMES_PUBLISHED_NODES') ? publishedAt(volume.id) : {}),
    ...conditionOf(volume),
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

    async ListVolumes(request) {
      const { items, next_token } = pageOf(request, (after, limit) => store.volumes(after, limit));
      const entries = [];
      for (const [index, volume] of items.entries()) {
        // Each condition is looked up on the disk: other calls get their turn in between.
        if (index % TURN === TURN - 1) await setImmediate();
        entries.push({
          volume: wireVolume(volume),
          status: hasStatus ? listedStatus(volume) : null,
        });
      }
      return { entries, next_token };
    },

    ControllerGetCapabilities() {
      return { capabilities: [...capabilities].map((type) => ({ rpc: { type } })) };
    },

    ControllerGetVolume(request) {
      const volumeId = identifier(request.volume_id, 'volume_id');
      const volume = store.volume(volumeId);
      if (volume === undefined) throw volumeNotFound(volumeId);
      const status = { ...publishedAt(volumeId), ...conditionOf(volume) };
      return { volume: wireVolume(volume), status };
    },
  };
}
