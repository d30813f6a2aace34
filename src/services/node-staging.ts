import { knownModes } from '../csi/capability-field.js';
import { absolutePath, identifier } from '../csi/field.js';
import type { NodeHandlers } from '../csi/generated/csi/v1/Node.js';
import type { Handlers } from '../csi/handler.js';
import { stageRequest } from '../csi/node-requests.js';
import type { Format } from '../model/format.js';
import { decideStage, decideUnstage } from '../model/stage.js';
import type { NodeDeps } from './node-deps.js';
import { mountStaging } from './node-mounting.js';
import { deviceIn, mountPaths, recordedPaths } from './node-records.js';
import { raise, volumeNotFound, warnOf } from './outcome.js';

type Staging = Pick<Handlers<NodeHandlers>, 'NodeStageVolume' | 'NodeUnstageVolume'>;

/** The RPCs that make a volume ready on a node, once for all workloads there. */
export function staging(deps: NodeDeps): Staging {
  const { locks, records, mounts, rules } = deps;

  /** Takes a volume from its staging path: false when it is not there. */
  async function removeStaging(
    volumeId: string,
    format: Format | undefined,
    path: string,
    others: readonly string[],
  ): Promise<boolean> {
    const device = deviceIn(path);
    // Of a volume that has been deleted, only its mounts tell what it was.
    const isDevice = format === 'raw' || (format === undefined && mounts.isAt(volumeId, device));
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
          { volume, attached: attached !== undefined, staging: living.staging },
          rules,
        );
        switch (verdict.answer) {
          case 'OK (idempotent)':
            return {};
          case 'OK':
            warnOf(verdict, call);
            await records.writeThen(volumeId, { ...living, staging: { path, capability } }, () =>
              mountStaging(deps, volume, { path, capability }, living, attached),
            );
            return {};
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
        const volume = deps.volume(volumeId);
        const known = volume !== undefined || records.has(volumeId);
        const living = records.read(volumeId);
        const path = mounts.sameAs(asked, recordedPaths(living)) ?? asked;
        const verdict = decideUnstage({ volumeId, path }, living, rules);
        if (verdict.answer !== 'OK') raise(verdict);
        warnOf(verdict, call);
        // What is at the path counts, recorded or not, and also for a volume that has been deleted.
        const left = { ...living, staging: living.staging?.path === path ? null : living.staging };
        const removed = await removeStaging(volumeId, volume?.format, path, mountPaths(left));
        if (!removed && !known) throw volumeNotFound(volumeId);
        if (records.has(volumeId)) await records.write(volumeId, left);
        return {};
      });
    },
  };
}
