import { expect } from 'chai';
import { needImages } from '../host/images.js';
import type { NodePublishVolumeRequest } from '../../src/csi/generated/csi/v1/NodePublishVolumeRequest.js';
import {
  ACCESS_MODES,
  isMultiNode,
  isReaderOnly,
  needsSingleNodeMultiWriter,
  type AccessMode,
} from '../../src/model/access-mode.js';
import { mountsBelow } from '../host/scratch.js';
import { attachedAre } from './attached.js';
import { withDriver } from './driver-under-test.js';
import { refused } from './refusal.js';
import { capabilityOf, stagedVolumeOf, type TestVolume } from './test-volume.js';
import { READ_ONLY_CODE, readText, showsText, writeText } from './volume-text.js';

type Difference = [string, (volume: TestVolume) => NodePublishVolumeRequest];

/** Every difference in P that the spec's tables are about while mode, type and fs_type stay. */
const DIFFERENCES: Difference[] = [
  ['readonly', () => ({ readonly: true })],
  ['publish_context', () => ({ publish_context: { attached: 'otherwise' } })],
  ['volume_context', () => ({ volume_context: { key: 'value' } })],
];

/** Those that only a volume has that is mounted. */
const MOUNT_DIFFERENCES: Difference[] = [
  [
    'mount_flags',
    ({ capability }) => ({
      volume_capability: { ...capability, mount: { mount_flags: ['noexec'] } },
    }),
  ],
  [
    'volume_mount_group',
    ({ capability }) => ({
      volume_capability: { ...capability, mount: { volume_mount_group: '1000' } },
    }),
  ],
];

for (const format of ['directory', 'raw'] as const) {
  describe(`a second NodePublishVolume of a ${format} volume, over the socket, with real mounts`, () => {
    needImages(format);
    const differences = format === 'raw' ? DIFFERENCES : [...DIFFERENCES, ...MOUNT_DIFFERENCES];
    for (const advertised of [true, false]) {
      describe(`SINGLE_NODE_MULTI_WRITER ${advertised ? 'advertised' : 'not advertised'}`, () => {
        const driver = withDriver(
          advertised
            ? {}
            : {
                withoutControllerCapability: ['SINGLE_NODE_MULTI_WRITER'],
                withoutNodeCapability: ['SINGLE_NODE_MULTI_WRITER'],
              },
        );
        const modes = ACCESS_MODES.filter(
          (mode) => advertised || !needsSingleNodeMultiWriter(mode),
        );

        for (const mode of modes) {
          const otherTarget =
            isMultiNode(mode) || mode === 'SINGLE_NODE_MULTI_WRITER' ? 'OK' : 'FAILED_PRECONDITION';
          describe(mode, () => {
            let volume: TestVolume;
            beforeEach(async () => {
              volume = await stagedVolumeOf(format, driver, mode);
              await volume.publish('a');
            });
            afterEach(async () => {
              for (const name of ['a', 'b']) await volume.unpublish(name);
              await volume.unstage();
              await volume.detach();
              await volume.remove();
              expect(mountsBelow(driver.scratch.path(volume.id))).to.deep.equal([]);
              await attachedAre(driver.scratch.root, 0);
            });

            /** The second call at another target is answered as the row of the mode says. */
            async function otherTargetIsAnswered(changed: NodePublishVolumeRequest): Promise<void> {
              const before = mountsBelow(driver.scratch.root);
              if (otherTarget === 'OK') {
                await volume.publish('b', changed);
                expect(mountsBelow(driver.scratch.root)).to.have.lengthOf(before.length + 1);
                await expectSharedData(mode, volume, changed);
              } else {
                await refused(volume.publish('b', changed), otherTarget, /\/a/);
                expect(mountsBelow(driver.scratch.root)).to.deep.equal(before);
              }
            }

            it('T1=T2, P1=P2: OK (idempotent)', async () => {
              const before = mountsBelow(driver.scratch.root);
              await volume.publish('a');
              expect(mountsBelow(driver.scratch.root)).to.deep.equal(before);
            });
            it('T1=T2, other secrets: OK (idempotent)', async () => {
              await volume.publish('a', { secrets: { password: 'another' } });
            });
            it('T1=T2, fresh csi.storage.k8s.io/ keys: OK (idempotent)', async () => {
              await volume.publish('a', {
                volume_context: { 'csi.storage.k8s.io/serviceAccount.tokens': '{}' },
              });
            });
            it(`T1!=T2, P1=P2: ${otherTarget}`, () => otherTargetIsAnswered({}));

            for (const [name, difference] of differences) {
              it(`T1=T2, P1!=P2 by ${name}: ALREADY_EXISTS`, async () => {
                const before = mountsBelow(driver.scratch.root);
                await refused(
                  volume.publish('a', difference(volume)),
                  'ALREADY_EXISTS',
                  new RegExp(name),
                );
                expect(mountsBelow(driver.scratch.root)).to.deep.equal(before);
                await volume.publish('a');
              });
              it(`T1!=T2, P1!=P2 by ${name}: ${otherTarget}`, () =>
                otherTargetIsAnswered(difference(volume)));
            }

            if (otherTarget === 'FAILED_PRECONDITION') {
              it('an unpublish frees the place for another target', async () => {
                await volume.unpublish('a');
                await volume.publish('b');
              });
            }
          });
        }

        if (!advertised) {
          for (const mode of ACCESS_MODES.filter(needsSingleNodeMultiWriter)) {
            it(`${mode} is an unsupported field everywhere but in ValidateVolumeCapabilities`, async () => {
              const volume = await stagedVolumeOf(format, driver, 'SINGLE_NODE_WRITER');
              const { controller, node } = driver.client;
              const volume_capability = capabilityOf(format, mode);
              const ids = { volume_id: volume.id, node_id: driver.nodeId };
              const calls = [
                controller.CreateVolume({ name: mode, volume_capabilities: [volume_capability] }),
                controller.ControllerPublishVolume({ ...ids, volume_capability }),
                controller.ControllerExpandVolume({
                  ...ids,
                  volume_capability,
                  capacity_range: { required_bytes: 1 },
                }),
                node.NodeStageVolume({
                  ...ids,
                  volume_capability,
                  staging_target_path: volume.stagingPath,
                }),
                volume.publish('a', { volume_capability }),
              ];
              for (const call of calls) await refused(call, 'INVALID_ARGUMENT', new RegExp(mode));
              const validated = await controller.ValidateVolumeCapabilities({
                volume_id: volume.id,
                volume_capabilities: [volume_capability],
              });
              expect(validated.confirmed).to.equal(null);
              expect(validated.message).to.include(mode);
              await volume.unstage();
              await volume.detach();
              await volume.remove();
            });
          }
        }
      });
    }
  });
}

/** What is written through the first target is read through the second, and back. */
async function expectSharedData(
  mode: AccessMode,
  { format, target }: TestVolume,
  changed: NodePublishVolumeRequest,
): Promise<void> {
  const [a, b] = [target('a'), target('b')];
  const code = READ_ONLY_CODE[format];
  if (isReaderOnly(mode)) {
    for (const path of [a, b]) expect(() => writeText(format, path, 'x')).to.throw(code);
    return;
  }
  writeText(format, a, 'by a');
  await showsText(format, b, 'by a');
  if (changed.readonly === true) {
    expect(() => writeText(format, b, 'by b')).to.throw(code);
  } else {
    writeText(format, b, 'by b');
    expect(readText(format, a, 4)).to.equal('by b');
  }
}
