import { expect } from 'chai';
import { needImages } from '../host/images.js';
import { attachedAre } from './attached.js';
import { refused } from './refusal.js';
import { withSplitShape } from './split-shape.js';
import { splitVolume, type SplitVolume } from './split-volume.js';
import { READ_ONLY_CODE, readText, writeText } from './volume-text.js';

/** Takes a volume from the nodes that have it, published at `a`, and removes it. */
async function takeDown(volume: SplitVolume, ...nodeIds: readonly string[]): Promise<void> {
  for (const nodeId of nodeIds) {
    const here = volume.on(nodeId);
    await here.unpublish('a');
    await here.unstage();
    await here.detach();
  }
  await volume.remove();
}

describe('image volumes on nodes that share a pool', () => {
  needImages('ext4');
  needImages('xfs');
  const shape = withSplitShape(['node-1', 'node-2']);

  for (const format of ['raw', 'ext4', 'xfs'] as const) {
    it(`${format}: what one node has written, another reads after it`, async () => {
      const volume = await splitVolume(shape, 'SINGLE_NODE_WRITER', format);
      writeText(format, await volume.on('node-1').use('a'), 'text');
      await volume.on('node-1').unpublish('a');
      await volume.on('node-1').unstage();
      await volume.on('node-1').detach();
      expect(readText(format, await volume.on('node-2').use('a'), 4)).to.equal('text');
      await takeDown(volume, 'node-2');
      await attachedAre(shape.scratch.root, 0);
    });

    it(`${format}: several nodes read at once`, async () => {
      const volume = await splitVolume(shape, 'MULTI_NODE_READER_ONLY', format);
      for (const nodeId of ['node-1', 'node-2']) {
        const path = await volume.on(nodeId).use('a');
        expect(() => writeText(format, path, 'text')).to.throw(READ_ONLY_CODE[format]);
      }
      await takeDown(volume, 'node-1', 'node-2');
      await attachedAre(shape.scratch.root, 0);
    });
  }

  it('raw: several nodes write at once', async () => {
    const volume = await splitVolume(shape, 'MULTI_NODE_MULTI_WRITER', 'raw');
    for (const nodeId of ['node-1', 'node-2']) {
      writeText('raw', await volume.on(nodeId).use('a'), nodeId);
    }
    await takeDown(volume, 'node-1', 'node-2');
  });

  for (const format of ['ext4', 'xfs'] as const) {
    it(`${format}: a second node is FAILED_PRECONDITION while one writes`, async () => {
      const volume = await splitVolume(shape, 'MULTI_NODE_MULTI_WRITER', format);
      await volume.on('node-1').use('a');
      const other = volume.on('node-2');
      await other.attach();
      await refused(other.stage(), 'FAILED_PRECONDITION', /one node at a time.*node-1 has it/);
      await attachedAre(shape.scratch.root, 1);
      await other.detach();
      await takeDown(volume, 'node-1');
    });
  }
});
