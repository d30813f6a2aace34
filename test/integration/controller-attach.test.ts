import { expect } from 'chai';
import type { ControllerPublishVolumeRequest } from '../../src/csi/generated/csi/v1/ControllerPublishVolumeRequest.js';
import { StatusError, type Code } from '../../src/csi/status.js';
import { ACCESS_MODES, isMultiNode, type AccessMode } from '../../src/model/access-mode.js';
import { refusedKeepingAll } from './controller-state.js';
import { newVolume } from './new-volume.js';
import { withSplitShape, type SplitShape } from './split-shape.js';
import { mountCapability } from './test-volume.js';

const MNSW = 'MULTI_NODE_SINGLE_WRITER';
const MNMW = 'MULTI_NODE_MULTI_WRITER';

/** A volume, and the calls that attach it. */
async function attachable(shape: SplitShape, ...modes: readonly AccessMode[]) {
  const volume_capabilities = modes.map((mode) => mountCapability(mode));
  const { volume_id } = await newVolume(shape.client, { volume_capabilities });
  const [volume_capability = {}] = volume_capabilities;
  async function attach(
    node_id: string,
    changed: ControllerPublishVolumeRequest = {},
  ): Promise<Record<string, string>> {
    const request = { volume_id, node_id, volume_capability, ...changed };
    const { publish_context } = await shape.controller.ControllerPublishVolume(request);
    return publish_context;
  }
  const detach = (node_id: string) =>
    shape.controller.ControllerUnpublishVolume({ volume_id, node_id });
  return { volume_id, attach, detach };
}

describe('ControllerPublishVolume', () => {
  const shape = withSplitShape(['node-1', 'node-2', 'node-3']);
  const readonly = { readonly: true };

  for (const mode of ACCESS_MODES) {
    describe(mode, () => {
      let volume: Awaited<ReturnType<typeof attachable>>;
      let context: Record<string, string>;
      beforeEach(async () => {
        volume = await attachable(shape, mode);
        context = await volume.attach('node-1');
      });

      it('answers with a publish_context that says something', () => {
        expect(Object.keys(context)).not.to.deep.equal([]);
      });
      it('same node, same capability and readonly: OK, the same publish_context', async () => {
        expect(await volume.attach('node-1')).to.deep.equal(context);
        await shape.restartController();
        expect(await volume.attach('node-1')).to.deep.equal(context);
      });

      const other = mode === MNMW ? MNSW : MNMW;
      const changes: [string, ControllerPublishVolumeRequest, RegExp][] = [
        ['another readonly', readonly, /readonly \(false there, true asked\)/],
        ['another access mode', { volume_capability: mountCapability(other) }, new RegExp(other)],
        [
          'another fs_type',
          { volume_capability: mountCapability(mode, { fs_type: 'xfs' }) },
          /fs_type \(none there, xfs asked\)/,
        ],
        [
          'other mount_flags',
          { volume_capability: mountCapability(mode, { mount_flags: ['ro'] }) },
          /mount_flags$/,
        ],
      ];
      for (const [title, changed, words] of changes) {
        it(`same node, ${title}: ALREADY_EXISTS`, () =>
          refusedKeepingAll(
            shape,
            () => volume.attach('node-1', changed),
            'ALREADY_EXISTS',
            words,
          ));
      }

      if (isMultiNode(mode) && mode !== MNSW) {
        it('another node: OK, with a publish_context of its own', async () => {
          const second = await volume.attach('node-2');
          expect(second).not.to.deep.equal(context);
          await volume.attach('node-3', readonly);
          expect(await volume.attach('node-1')).to.deep.equal(context);
        });
      } else {
        it('another node: FAILED_PRECONDITION that names the node that has it', () =>
          refusedKeepingAll(shape, () => volume.attach('node-2'), 'FAILED_PRECONDITION', /node-1/));
        it('another node, once the first one has given it up: OK', async () => {
          await volume.detach('node-1');
          await volume.attach('node-2');
          await refusedKeepingAll(
            shape,
            () => volume.attach('node-1'),
            'FAILED_PRECONDITION',
            /node-2/,
          );
        });
      }
    });
  }

  describe(`${MNSW} at several nodes`, () => {
    it('a writer and readers: OK; a second writer: FAILED_PRECONDITION that names the first', async () => {
      const volume = await attachable(shape, MNSW);
      await volume.attach('node-1', readonly);
      await volume.attach('node-2');
      await volume.attach('node-3', readonly);
      await volume.detach('node-1');
      const second = () => volume.attach('node-1');
      await refusedKeepingAll(shape, second, 'FAILED_PRECONDITION', /node node-2 /);
      await volume.detach('node-2');
      await second();
    });

    it('racing writers: exactly one wins', async () => {
      const volume = await attachable(shape, MNSW);
      const calls = ['node-1', 'node-2', 'node-3'].map((node) =>
        volume.attach(node).then(
          () => 'OK',
          (error: unknown) => (error instanceof StatusError ? error.code : error),
        ),
      );
      const refusal: Code = 'FAILED_PRECONDITION';
      expect(await Promise.all(calls)).to.have.members(['OK', refusal, refusal]);
    });
  });

  it('another node, in another mode than there: FAILED_PRECONDITION, though the volume has both', async () => {
    const volume = await attachable(shape, MNMW);
    await volume.attach('node-1');
    for (const mode of ACCESS_MODES.filter((each) => each !== MNMW)) {
      const volume_capability = mountCapability(mode);
      const attach = () => volume.attach('node-2', { volume_capability });
      await refusedKeepingAll(
        shape,
        attach,
        'FAILED_PRECONDITION',
        /node-1 as MULTI_NODE_MULTI_WRITER/,
      );
    }
  });

  describe('what the volume was not created for', () => {
    for (const [title, volume_capability] of [
      ['an access mode', mountCapability('SINGLE_NODE_MULTI_WRITER')],
      ['block', { access_mode: { mode: 'SINGLE_NODE_SINGLE_WRITER' }, block: {} }],
    ] as const) {
      it(`${title}: FAILED_PRECONDITION`, async () => {
        const volume = await attachable(shape, 'SINGLE_NODE_SINGLE_WRITER');
        const attach = () => volume.attach('node-1', { volume_capability });
        await refusedKeepingAll(shape, attach, 'FAILED_PRECONDITION', /does not support/);
      });
    }
  });

  describe('who is not there', () => {
    for (const node of ['node-4', 'Node-1', '../nodes/node-1', 'node-1.json', '..', '__proto__']) {
      it(`node ${node}: NOT_FOUND`, async () => {
        const volume = await attachable(shape, MNMW);
        await refusedKeepingAll(shape, () => volume.attach(node), 'NOT_FOUND', /^node /);
      });
    }
    for (const volume_id of ['vol-1', '../volumes', '.', '__proto__']) {
      it(`volume ${volume_id}: NOT_FOUND`, async () => {
        const volume = await attachable(shape, MNMW);
        const attach = () => volume.attach('node-1', { volume_id });
        await refusedKeepingAll(shape, attach, 'NOT_FOUND', /^volume /);
      });
    }
    it('a deleted volume: NOT_FOUND', async () => {
      const volume = await attachable(shape, MNMW);
      await shape.controller.DeleteVolume({ volume_id: volume.volume_id });
      await refusedKeepingAll(shape, () => volume.attach('node-1'), 'NOT_FOUND', /^volume /);
    });
    it('a broken request is answered first', async () => {
      const volume = await attachable(shape, MNMW);
      const attach = () => volume.attach('node-4', { volume_id: 'vol-1', volume_capability: {} });
      await refusedKeepingAll(shape, attach, 'INVALID_ARGUMENT', /^volume_capability/);
    });
  });
});

describe('ControllerPublishVolume without PUBLISH_READONLY', () => {
  const shape = withSplitShape(['node-1', 'node-2'], {
    withoutControllerCapability: ['PUBLISH_READONLY'],
  });

  it('readonly: INVALID_ARGUMENT', async () => {
    const volume = await attachable(shape, MNMW);
    const attach = () => volume.attach('node-1', { readonly: true });
    await refusedKeepingAll(shape, attach, 'INVALID_ARGUMENT', /^readonly .*PUBLISH_READONLY/);
  });
  it(`${MNSW} at a second node: FAILED_PRECONDITION that names the first`, async () => {
    const volume = await attachable(shape, MNSW);
    await volume.attach('node-1');
    await refusedKeepingAll(shape, () => volume.attach('node-2'), 'FAILED_PRECONDITION', /node-1/);
  });
});

describe('the limit of attached volumes', () => {
  const shape = withSplitShape(['node-2']);
  before(() => shape.startNode('node-1', { attachLimit: 2 }));

  it('is the one that NodeGetInfo reports', async () => {
    expect(await shape.node('node-1').NodeGetInfo({})).to.have.property(
      'max_volumes_per_node',
      '2',
    );
    expect(await shape.node('node-2').NodeGetInfo({})).to.have.property(
      'max_volumes_per_node',
      '0',
    );
  });

  it('reached: RESOURCE_EXHAUSTED there, OK for repeats and for other nodes, OK after a detach', async () => {
    const first = await attachable(shape, MNMW);
    const second = await attachable(shape, MNMW);
    const third = await attachable(shape, MNMW);
    await first.attach('node-1');
    await second.attach('node-1');
    const attach = () => third.attach('node-1');
    await refusedKeepingAll(shape, attach, 'RESOURCE_EXHAUSTED', /node-1 .*limit is 2/);
    await first.attach('node-1');
    await third.attach('node-2');
    await shape.restartController();
    await refusedKeepingAll(shape, attach, 'RESOURCE_EXHAUSTED');
    await second.detach('node-1');
    await attach();
    for (const volume of [first, second, third]) await volume.detach('');
  });

  it('racing calls never pass it', async () => {
    const volumes = await Promise.all(Array.from({ length: 10 }, () => attachable(shape, MNMW)));
    const outcomes = await Promise.allSettled(volumes.map(({ attach }) => attach('node-1')));
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).to.have.lengthOf(2);
  });
});
