import { knownModes } from '../../csi/capability-field.js';
import { attachRequest, detachRequest } from '../../csi/controller-requests.js';
import { invalid } from '../../csi/field.js';
import type { ControllerHandlers } from '../../csi/generated/csi/v1/Controller.js';
import type { Handlers } from '../../csi/handler.js';
import { StatusError } from '../../csi/status.js';
import { decideAttach } from '../../model/attach.js';
import { unreachable } from '../../model/topology.js';
import { publishContext } from '../../model/publish-context.js';
import type { ControllerDeps } from './deps.js';
import { detach } from './detaching.js';
import { raise, volumeNotFound } from '../outcome.js';

type Attaching = Pick<
  Handlers<ControllerHandlers>,
  'ControllerPublishVolume' | 'ControllerUnpublishVolume'
>;

/** The RPCs that make volumes available at nodes and take them away. */
export function attaching(deps: ControllerDeps): Attaching {
  const { store, locks, nodes } = deps;
  const rules = { publishReadonly: deps.capabilities.has('PUBLISH_READONLY') };

  return {
    async ControllerPublishVolume(request, call) {
      const asked = attachRequest(request, knownModes(deps));
      if (asked.readonly && !rules.publishReadonly) {
        throw invalid('readonly', 'is not supported: PUBLISH_READONLY is not advertised');
      }
      const { volumeId, nodeId } = asked;
      return locks.run(volumeId, call.signal, async () => {
        const volume = store.volume(volumeId);
        if (volume === undefined) throw volumeNotFound(volumeId);
        const node = nodes.find(nodeId);
        if (node === undefined) {
          throw new StatusError('NOT_FOUND', `node ${nodeId} does not exist`);
        }
        const limit = unreachable(volume, node);
        if (limit !== undefined) throw new StatusError('FAILED_PRECONDITION', limit);
        const verdict = decideAttach(
          asked,
          {
            volume,
            attachments: store.attachments(volumeId),
            attachedToNode: store.attachedTo(nodeId),
            limit: node.maxVolumes,
          },
          rules,
        );
        switch (verdict.answer) {
          case 'OK (idempotent)':
            break;
          case 'OK':
            await store.putAttachment(asked);
            break;
          case 'ALREADY_EXISTS':
          case 'FAILED_PRECONDITION':
          case 'RESOURCE_EXHAUSTED':
            raise(verdict);
        }
        return { publish_context: publishContext(asked) };
      });
    },

    async ControllerUnpublishVolume(request, call) {
      const { volumeId, nodeId } = detachRequest(request);
      return locks.run(volumeId, call.signal, async () => {
        for (const attachment of store.attachments(volumeId)) {
          if (nodeId !== '' && attachment.nodeId !== nodeId) continue;
          await detach(deps, attachment, (message) => call.warn(message));
        }
        return {};
      });
    },
  };
}
