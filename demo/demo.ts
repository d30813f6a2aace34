import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from '../src/csi/client.js';
import type { AccessMode } from '../src/model/access-mode.js';

/**
 * The story of ReadWriteOncePod, played against a driver over its socket as a CO would play it:
 * `npm run demo` starts a driver of its own for it.
 */
export async function play(endpoint: string, say: (line: string) => void): Promise<void> {
  const { controller, node, close } = connect(endpoint);
  const directory = mkdtempSync(join(tmpdir(), 'csi-mock-demo-'));
  const { node_id } = await node.NodeGetInfo({});
  const path = (name: string) => join(directory, name);

  /** Creates a volume for a mode and makes it ready on the node; publishes it where it is asked to. */
  async function volumeFor(mode: AccessMode) {
    const volume_capability = { access_mode: { mode }, mount: {} };
    const { volume } = await controller.CreateVolume({
      name: `demo-${mode}`,
      volume_capabilities: [volume_capability],
    });
    const volume_id = volume?.volume_id ?? '';
    const { publish_context } = await controller.ControllerPublishVolume({
      volume_id,
      node_id,
      volume_capability,
    });
    const staging_target_path = path(`${mode}-staging`);
    mkdirSync(staging_target_path);
    const common = { volume_id, staging_target_path, volume_capability, publish_context };
    await node.NodeStageVolume(common);
    return {
      publish: (target: string) => node.NodePublishVolume({ ...common, target_path: path(target) }),
      async remove(targets: readonly string[]) {
        for (const target of targets) {
          await node.NodeUnpublishVolume({ volume_id, target_path: path(target) });
        }
        await node.NodeUnstageVolume({ volume_id, staging_target_path });
        await controller.ControllerUnpublishVolume({ volume_id, node_id });
        await controller.DeleteVolume({ volume_id });
      },
    };
  }

  const single = await volumeFor('SINGLE_NODE_SINGLE_WRITER');
  say('1. A volume for SINGLE_NODE_SINGLE_WRITER (ReadWriteOncePod) is created, attached, staged.');
  await single.publish('pod-1');
  say('2. It is published for pod-1.');
  const refusal: unknown = await single.publish('pod-2').catch((error: unknown) => error);
  if (!(refusal instanceof Error)) throw new Error('pod-2 got the volume, and should not have');
  say(`3. For pod-2 it is refused: ${refusal.message}`);

  const multi = await volumeFor('SINGLE_NODE_MULTI_WRITER');
  say('4. Another volume, for SINGLE_NODE_MULTI_WRITER (ReadWriteOnce).');
  await multi.publish('pod-3');
  await multi.publish('pod-4');
  say('5. It is published for pod-3 and for pod-4 on the same node.');
  writeFileSync(join(path('pod-3'), 'greeting'), 'hello from pod-3');
  say(
    `6. pod-4 reads what pod-3 wrote: "${readFileSync(join(path('pod-4'), 'greeting'), 'utf8')}".`,
  );

  await single.remove(['pod-1']);
  await multi.remove(['pod-3', 'pod-4']);
  const { entries } = await controller.ListVolumes({});
  say(`7. Unpublished, unstaged, detached, deleted: ${entries.length} volumes are left.`);
  close();
  rmSync(directory, { recursive: true });
}
