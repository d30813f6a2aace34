import { knownModes } from '../../csi/capability-field.js';
import { absolutePath, identifier } from '../../csi/field.js';
import type { NodeHandlers } from '../../csi/generated/csi/v1/Node.js';
import type { Handlers } from '../../csi/handler.js';
import { publishRequest } from '../../csi/node-requests.js';
import { asksForInline } from '../../model/inline-volume.js';
import { decideMountGroup } from '../../model/mount-group.js';
import { decidePublish, decideUnpublish } from '../../model/publish.js';
import { isKnown } from './known-volume.js';
import type { NodeDeps } from './deps.js';
import { giveOrUnpublish, giveVolume, mountGroup } from './mount-group.js';
import { mountPublication } from './mounting.js';
import { mountPaths, recordedPaths } from './records.js';
import { raise, volumeNotFound, warnOf } from '../outcome.js';

type Publishing = Pick<Handlers<NodeHandlers>, 'NodePublishVolume' | 'NodeUnpublishVolume'>;

/** The RPCs that give a volume to a workload and take it back. */
export function publishing(deps: NodeDeps): Publishing {
  const { locks, records, mounts, inline, rules } = deps;
  /** Nobody attaches or stages an inline volume. */
  const inlineRules = { ...rules, attach: false, stage: false };

  return {
    async NodePublishVolume(request, call) {
      const asked = publishRequest(request, knownModes(deps));
      const { volumeId, targetPath } = asked;
      const askedGroup = mountGroup(deps, asked.arguments);
      const isInline = asksForInline(request.volume_context);
      return locks.run(volumeId, call.signal, async () => {
        const volume = isInline ? inline.requested(asked) : deps.volume(volumeId);
        if (volume === undefined) throw volumeNotFound(volumeId);
        const attached = isInline
          ? undefined
          : deps.attached(volumeId, asked.arguments.publishContext);
        // What nobody may write to is given to nobody.
        const group = attached?.readonly === true ? undefined : askedGroup;
        const living = records.read(volumeId);
        const facts = { volume, attached: attached !== undefined, ...living };
        const verdict = decidePublish(asked, facts, isInline ? inlineRules : rules);
        switch (verdict.answer) {
          case 'OK (idempotent)':
            // The end of the process may have come between the mount and this.
            await giveVolume(deps, volumeId, targetPath, group);
            return {};
          case 'OK': {
            const ofGroup = decideMountGroup(volumeId, group, living.publications);
            if (ofGroup.answer !== 'OK') raise(ofGroup);
            warnOf(verdict, call);
            const publication = { targetPath, arguments: asked.arguments };
            const publications = [...living.publications, publication];
            const publish = () =>
              records.writeThen(volumeId, { ...living, publications }, async () => {
                await mountPublication(deps, volume, publication, living, attached);
                await giveOrUnpublish(deps, volumeId, targetPath, group, living);
              });
            await (isInline ? inline.makeThen(volume, publish, call) : publish());
            return {};
          }
          case 'ALREADY_EXISTS':
          case 'FAILED_PRECONDITION':
            return raise(verdict);
        }
      });
    },

    async NodeUnpublishVolume(request, call) {
      const volumeId = identifier(request.volume_id, 'volume_id');
      const asked = absolutePath(request.target_path, 'target_path');
      return locks.run(volumeId, call.signal, async () => {
        const living = records.read(volumeId);
        const targetPath = mounts.sameAs(asked, recordedPaths(living)) ?? asked;
        const verdict = decideUnpublish({ volumeId, targetPath }, living.staging);
        if (verdict.answer !== 'OK') raise(verdict);
        // What is at the path counts, recorded or not, and also for a volume that has been deleted.
        const publications = living.publications.filter((each) => each.targetPath !== targetPath);
        const left = { ...living, publications };
        const removed = await mounts.remove(volumeId, targetPath, mountPaths(left));
        const isNothing = !removed && !records.has(volumeId) && !inline.knows(volumeId);
        if (isNothing && !isKnown(deps, volumeId)) throw volumeNotFound(volumeId);
        // Before a target that cannot be cleared, as somebody has put something there, ends this.
        await inline.removeUnused(volumeId, call);
        mounts.clear(targetPath);
        await records.forget(volumeId, left, call);
        return {};
      });
    },
  };
}
