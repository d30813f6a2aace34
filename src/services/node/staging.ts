import { knownModes } from '../../csi/capability-field.js';
import { absolutePath, identifier } from '../../csi/field.js';
import type { NodeHandlers } from '../../csi/generated/csi/v1/Node.js';
import type { Handlers } from '../../csi/handler.js';
import { stageRequest } from '../../csi/node-requests.js';
import { decideStage, decideUnstage } from '../../model/stage.js';
import { isKnown, knownVolume } from './known-volume.js';
import type { NodeDeps } from './deps.js';
import { mountStaging } from './mounting.js';
import { deviceIn, mountPaths, recordedPaths } from './records.js';
import { raise, volumeNotFound, warnOf } from '../outcome.js';

type Staging = Pick<Handlers<NodeHandlers>, 'NodeStageVolume' | 'NodeUnstageVolume'>;

/** The RPCs that make a volume ready on a node, once for all workloads there. */
export function staging(deps: NodeDeps): Staging {
  const { locks, records, mounts, rules } = deps;

  /** Takes a volume from its staging path: false when it is not there. */
  /** Whether the volume is staged as a device; undefined when neither it nor its record is known. */
  function isRaw(volumeId: string): boolean | undefined {
    const { staging: recorded } = records.recorded(volumeId);
    if (recorded !== null) return recorded.capability.accessType.kind === 'block';
    const volume = knownVolume(deps, volumeId);
    return volume && volume.format === 'raw';
  }

  async function removeStaging(
    volumeId: string,
    path: string,
    others: readonly string[],
  ): Promise<boolean> {
    const device = deviceIn(path);
    // Of a volume that has been deleted, only its mounts tell what it was.
    const isDevice = isRaw(volumeId) ?? mounts.isAt(volumeId, device);
    const removed = await mounts.remove(volumeId, isDevice ? device : path, others);
    // Made by the driver; a crash may have left it empty.
    if (isDevice) mounts.clear(device);
    return removed;
  }

  return {
    async NodeStageVolume(request, call) {
      const asked = stageRequest(request, knownModes(deps));
      const { volumeId, path, capability } = asked;
      return locks.run(volumeId, call.signal, async () => {
        const volume = deps.volume(volumeId);
        if (volume === undefined) throw volumeNotFound(volumeId);
        const attached = deps.attached(volumeId, request.publish_context);
        const living = records.read(volumeId);
        const verdict = decideStage(
          asked,
          {
            volume,
            attached: attached !== undefined,
            attachedReadonly: attached?.readonly,
            staging: living.staging,
          },
          rules,
        );
        switch (verdict.answer) {
          case 'OK (idempotent)':
            return {};
          case 'OK': {
            warnOf(verdict, call);
            const now = { path, capability, readonly: attached?.readonly === true };
            await records.writeThen(volumeId, { ...living, staging: now }, () =>
              mountStaging(deps, volume, now, living),
            );
            return {};
          }
          case 'ALREADY_EXISTS':
          case 'FAILED_PRECONDITION':
            return raise(verdict);
        }
      });
    },

    async NodeUnstageVolume(request, call) {
      const volumeId = identifier(request.volume_id, 'volume_id');
      const asked = absolutePath(request.staging_target_path, 'staging_target_path');
      return locks.run(volumeId, call.signal, async () => {
        const living = records.read(volumeId);
        const path = mounts.sameAs(asked, recordedPaths(living)) ?? asked;
        const verdict = decideUnstage({ volumeId, path }, living, rules);
        if (verdict.answer !== 'OK') raise(verdict);
        warnOf(verdict, call);
        // What is at the path counts, recorded or not, and also for a volume that has been deleted.
        const left = { ...living, staging: living.staging?.path === path ? null : living.staging };
        const removed = await removeStaging(volumeId, path, mountPaths(left));
        if (!removed && !records.has(volumeId) && !isKnown(deps, volumeId)) {
          throw volumeNotFound(volumeId);
        }
        await records.forget(volumeId, left, call);
        return {};
      });
    },
  };
}
