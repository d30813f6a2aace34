import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { mountsBelow } from '../host/scratch.js';
import { refusedKeepingAll } from './controller-state.js';
import { eventually } from './eventually.js';
import { refused } from './refusal.js';
import { withSplitShape } from './split-shape.js';
import { splitVolume } from './split-volume.js';

describe('a controller and nodes that share a pool', () => {
  const shape = withSplitShape(['node-1', 'node-2']);
  const mounts = (nodeId: string) => mountsBelow(shape.scratch.path(nodeId));

  it('what is written on one node is read on the other', async () => {
    const volume = await splitVolume(shape, 'MULTI_NODE_MULTI_WRITER');
    const [first, second] = [
      await volume.on('node-1').use('a'),
      await volume.on('node-2').use('a'),
    ];
    writeFileSync(join(first, 'file'), 'from node 1');
    expect(readFileSync(join(second, 'file'), 'utf8')).to.equal('from node 1');
    writeFileSync(join(second, 'file'), 'from node 2');
    expect(readFileSync(join(first, 'file'), 'utf8')).to.equal('from node 2');
    await volume.on('node-1').unpublish('a');
    await volume.on('node-1').unstage();
    expect(readFileSync(join(second, 'file'), 'utf8')).to.equal('from node 2');
  });

  it('a second node of a single-node volume: FAILED_PRECONDITION from the controller, and on the node', async () => {
    const volume = await splitVolume(shape, 'SINGLE_NODE_WRITER');
    const [first, second] = [volume.on('node-1'), volume.on('node-2')];
    await first.use('a');
    await refusedKeepingAll(shape, () => second.attach(), 'FAILED_PRECONDITION', /node-1/);
    const stolen = { publish_context: first.publishContext };
    await refused(
      second.stage(stolen),
      'FAILED_PRECONDITION',
      /not controller-published at node node-2/,
    );
    expect(mountsBelow(second.stagingPath)).to.deep.equal([]);
  });

  it('a new stage or publish without the publish_context: FAILED_PRECONDITION; a repeat: OK', async () => {
    const volume = (await splitVolume(shape, 'SINGLE_NODE_MULTI_WRITER')).on('node-1');
    const without = { publish_context: {} };
    await volume.attach();
    await refused(
      volume.stage(without),
      'FAILED_PRECONDITION',
      /ControllerPublishVolume comes first/,
    );
    await volume.stage();
    await volume.stage(without);
    await refused(
      volume.publish('a', without),
      'FAILED_PRECONDITION',
      /ControllerPublishVolume comes first/,
    );
    expect(existsSync(volume.target('a'))).to.equal(false);
    await volume.publish('a');
    await refused(volume.publish('a', without), 'ALREADY_EXISTS', /publish_context/);
  });

  it('attached readonly at one node: no writes there, while the other writes', async () => {
    const volume = await splitVolume(shape, 'MULTI_NODE_SINGLE_WRITER');
    const writer = await volume.on('node-1').use('a');
    const reader = volume.on('node-2');
    await reader.attach({ readonly: true });
    await reader.stage();
    await reader.publish('a');
    writeFileSync(join(writer, 'file'), 'data');
    expect(readFileSync(join(reader.target('a'), 'file'), 'utf8')).to.equal('data');
    for (const path of [reader.target('a'), reader.stagingPath]) {
      expect(() => writeFileSync(join(path, 'file'), '')).to.throw('EROFS');
    }
  });

  it('attached in a reader-only mode: no writes there, whatever it is staged and published for', async () => {
    const volume = (await splitVolume(shape, 'MULTI_NODE_MULTI_WRITER')).on('node-1');
    const access_mode = { mode: 'MULTI_NODE_READER_ONLY' } as const;
    await volume.attach({ volume_capability: { access_mode, mount: {} } });
    await volume.stage();
    await volume.publish('a');
    for (const path of [volume.target('a'), volume.stagingPath]) {
      expect(() => writeFileSync(join(path, 'file'), '')).to.throw('EROFS');
    }
  });

  describe('a volume that the node cannot find', () => {
    const cases: [string, (real: string) => string][] = [
      ['one that never was', () => 'vol-1'],
      ['one that climbs', (real) => `../volumes/${real}`],
      ['one that is a path', (real) => `./${real}`],
      ['the directory of volumes', () => '.'],
    ];
    for (const [title, idFrom] of cases) {
      it(`${title}: NOT_FOUND from every call, and nothing is mounted or unmounted`, async () => {
        const volume = await splitVolume(shape, 'SINGLE_NODE_WRITER');
        const real = volume.on('node-1');
        await real.use('a');
        const before = mounts('node-1');
        const volume_id = idFrom(volume.id);
        const node = shape.node('node-1');
        const paths = { staging_target_path: real.stagingPath, target_path: real.target('a') };
        const calls = [
          real.stage({ volume_id }),
          real.publish('b', { volume_id }),
          node.NodeGetVolumeStats({ volume_id, volume_path: real.target('a') }),
          node.NodeExpandVolume({ volume_id, volume_path: real.target('a') }),
          node.NodeUnpublishVolume({ volume_id, ...paths }),
          node.NodeUnstageVolume({ volume_id, ...paths }),
        ];
        await Promise.all(calls.map((call) => refused(call, 'NOT_FOUND', /^volume /)));
        expect(mounts('node-1')).to.deep.equal(before);
      });
    }
  });

  it('a volume deleted after a forced detach: the node gets rid of it, and forgets it', async () => {
    const volume = await splitVolume(shape, 'SINGLE_NODE_WRITER');
    const node = volume.on('node-1');
    await node.use('a');
    await node.detach();
    await volume.remove();
    await refused(node.publish('b'), 'NOT_FOUND');
    await node.unpublish('a');
    await node.unstage();
    expect(mounts('node-1').filter((line) => line.includes(volume.id))).to.deep.equal([]);
    const { poolDir } = shape.options;
    await eventually(() => expect(existsSync(join(poolDir, 'trash', volume.id))).to.equal(false));
    expect(readdirSync(join(poolDir, 'uses'))).not.to.include(volume.id);
  });

  it('a node that is started again keeps what it had', async () => {
    const volume = await splitVolume(shape, 'SINGLE_NODE_SINGLE_WRITER');
    const node = volume.on('node-1');
    await node.use('a');
    const before = mounts('node-1');
    await shape.startNode('node-1');
    await node.stage();
    await node.publish('a');
    await refused(node.publish('b'), 'FAILED_PRECONDITION', /targets\/a/);
    expect(mounts('node-1')).to.deep.equal(before);
    await node.unpublish('a');
    await node.unstage();
    await node.detach();
    await volume.remove();
  });

  it('a node that is stopped can still be attached to, and serves when it is back', async () => {
    const volume = await splitVolume(shape, 'SINGLE_NODE_WRITER');
    await shape.stopNode('node-2');
    await volume.on('node-2').attach();
    await shape.startNode('node-2');
    await volume.on('node-2').stage();
    await volume.on('node-2').publish('a');
  });

  it('growth: the controller first, then the node, whose figures follow', async () => {
    const volume = await splitVolume(shape, 'SINGLE_NODE_WRITER');
    const target = await volume.on('node-1').use('a');
    const node = shape.node('node-1');
    const grown = {
      volume_id: volume.id,
      volume_path: target,
      capacity_range: { required_bytes: String(2n ** 31n) },
    };
    const total = async () =>
      (await node.NodeGetVolumeStats(grown)).usage.find(({ unit }) => unit === 'BYTES')?.total;
    await refused(
      node.NodeExpandVolume(grown),
      'OUT_OF_RANGE',
      /ControllerExpandVolume comes first/,
    );
    expect(await total()).to.equal(String(2n ** 30n));
    const answer = await shape.controller.ControllerExpandVolume(grown);
    expect(answer.node_expansion_required).to.equal(true);
    for (const _ of [1, 2]) {
      expect(await node.NodeExpandVolume(grown)).to.deep.equal({
        capacity_bytes: String(2n ** 31n),
      });
    }
    expect(await total()).to.equal(String(2n ** 31n));
  });
});
