import { expect } from 'chai';
import { hasSelinux } from '../../src/host/selinux.js';
import { mountsBelow } from '../host/scratch.js';
import { withDriver } from './driver-under-test.js';
import { inlineContext, inlineVolume } from './inline-volume.js';
import { refusedUnchanged } from './refusal.js';
import { takenDownVolumes } from './takedown.js';
import { mountCapability } from './test-volume.js';

const MODE = 'SINGLE_NODE_MULTI_WRITER';
const LABEL = 'context="system_u:object_r:container_file_t:s0:c10,c15"';
const withFlags = (...mount_flags: string[]) => ({
  volume_capability: mountCapability(MODE, { mount_flags }),
});

/** The options of the file system that is mounted at a path, as the kernel lists them. */
function optionsAt(path: string): readonly string[] {
  const [line = ''] = mountsBelow(path);
  return line.split(' - ')[1]?.split(' ')[2]?.split(',') ?? [];
}

describe('mount_flags for a file system', () => {
  const driver = withDriver();
  const volumes = takenDownVolumes(driver);
  const inline = () => inlineVolume(driver.scratch, () => driver.client.node, MODE);

  it('discard is refused on a directory: FAILED_PRECONDITION that says what has one', async () => {
    const volume = await volumes.created(MODE);
    await volume.attach();
    const words = /is a directory without a file system of its own.*discard.*enforceSize/;
    const stage = () => volume.stage(withFlags('discard'));
    await refusedUnchanged(driver, stage, 'FAILED_PRECONDITION', words);
    await volume.stage();
    const publish = () => volume.publish('a', withFlags('nodiscard'));
    await refusedUnchanged(driver, publish, 'FAILED_PRECONDITION', words);
  });

  it(`an SELinux label on a directory ${hasSelinux() ? 'is refused' : 'has no effect'} on this kernel`, async () => {
    const volume = await volumes.created(MODE);
    await volume.attach();
    if (hasSelinux()) {
      const stage = () => volume.stage(withFlags(LABEL));
      await refusedUnchanged(driver, stage, 'FAILED_PRECONDITION', /SELinux label/);
      return;
    }
    await volume.stage(withFlags(LABEL));
    await volume.publish('a', withFlags(LABEL));
    await volume.publish('a', withFlags(LABEL));
  });

  it('discard reaches a file system of the volume, which keeps what it was staged with', async () => {
    const { controller, node } = driver.client;
    const { volume } = await controller.CreateVolume({
      name: 'enforced',
      volume_capabilities: [mountCapability(MODE)],
      parameters: { enforceSize: 'true' },
      capacity_range: { required_bytes: String(2 ** 24) },
    });
    const common = {
      volume_id: volume?.volume_id ?? '',
      staging_target_path: driver.scratch.make('staging'),
      ...withFlags('discard', 'noexec', ...(hasSelinux() ? [] : [LABEL])),
      publish_context: {},
    };
    const attach = { ...common, node_id: driver.nodeId };
    common.publish_context = (await controller.ControllerPublishVolume(attach)).publish_context;
    const target_path = driver.scratch.path('target');
    await node.NodeStageVolume(common);
    expect(optionsAt(common.staging_target_path)).to.include('discard');
    await refusedUnchanged(
      driver,
      () => node.NodePublishVolume({ ...common, target_path, ...withFlags('nodiscard') }),
      'FAILED_PRECONDITION',
      /is staged with other mount_flags/,
    );
    await node.NodePublishVolume({ ...common, target_path });
    await node.NodeUnpublishVolume({ ...common, target_path });
    await node.NodeUnstageVolume(common);
    await controller.ControllerUnpublishVolume(attach);
    await controller.DeleteVolume(common);
  });

  it('discard reaches the file system of an inline volume', async () => {
    const volume = inline();
    const volume_context = inlineContext({ size: '16Mi', enforceSize: 'true' });
    await volume.publish('a', { volume_context, ...withFlags('discard') });
    await volume.publish('b', { volume_context, ...withFlags('discard') });
    expect(optionsAt(volume.target('a'))).to.include('discard');
    await volume.unpublish('a');
    await volume.unpublish('b');
  });
});
