import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { MNT_DETACH, umount2 } from '../../src/host/syscalls.js';
import { useMarks } from '../../src/host/use-marks.js';
import { refusedKeepingAll } from './controller-state.js';
import { withSplitShape } from './split-shape.js';
import { splitVolume } from './split-volume.js';

describe('DeleteVolume without attach, while nodes that share the pool have the volume', () => {
  const shape = withSplitShape(['node-1', 'node-2'], { attach: false });
  const uses = () => readdirSync(join(shape.options.poolDir, 'uses'));

  it('FAILED_PRECONDITION that names every node, until the last one has unstaged it', async () => {
    const volume = await splitVolume(shape, 'MULTI_NODE_MULTI_WRITER');
    await volume.on('node-1').use('a');
    await volume.on('node-2').stage();
    await refusedKeepingAll(
      shape,
      volume.remove,
      'FAILED_PRECONDITION',
      /in use on node-1; node-2$/,
    );
    await volume.on('node-2').unstage();
    await refusedKeepingAll(shape, volume.remove, 'FAILED_PRECONDITION', /in use on node-1$/);
    await volume.on('node-1').unpublish('a');
    await refusedKeepingAll(shape, volume.remove, 'FAILED_PRECONDITION', /in use on node-1$/);
    await volume.on('node-1').unstage();
    await volume.remove();
    expect(uses()).to.deep.equal([]);
  });

  it('also while the node does not run, and after it has been started again', async () => {
    const volume = await splitVolume(shape, 'SINGLE_NODE_WRITER');
    await volume.on('node-1').stage();
    await shape.stopNode('node-1');
    await refusedKeepingAll(shape, volume.remove, 'FAILED_PRECONDITION', /node-1/);
    await shape.startNode('node-1');
    await shape.restartController();
    await refusedKeepingAll(shape, volume.remove, 'FAILED_PRECONDITION', /node-1/);
    await volume.on('node-1').unstage();
    await volume.remove();
  });

  it('OK once a node that lost its mounts has been started again', async () => {
    const volume = await splitVolume(shape, 'SINGLE_NODE_WRITER');
    const { stagingPath } = volume.on('node-1');
    await volume.on('node-1').stage();
    await shape.stopNode('node-1');
    umount2(stagingPath, MNT_DETACH);
    await refusedKeepingAll(shape, volume.remove, 'FAILED_PRECONDITION', /node-1/);
    await shape.startNode('node-1');
    await volume.remove();
    expect(uses()).to.deep.equal([]);
  });

  it('OK once an unstage has found that the mount had vanished', async () => {
    const volume = await splitVolume(shape, 'SINGLE_NODE_WRITER');
    await volume.on('node-1').stage();
    umount2(volume.on('node-1').stagingPath, MNT_DETACH);
    await volume.on('node-1').unstage();
    await volume.remove();
    expect(uses()).to.deep.equal([]);
  });

  it('OK once a node whose record was lost, but not its mark, has been started again', async () => {
    const volume = await splitVolume(shape, 'SINGLE_NODE_WRITER');
    await shape.stopNode('node-1');
    useMarks(shape.options.poolDir).set(volume.id, 'node-1');
    await refusedKeepingAll(shape, volume.remove, 'FAILED_PRECONDITION', /node-1/);
    await shape.startNode('node-1');
    await volume.remove();
    expect(uses()).to.deep.equal([]);
  });

  it('a stage that is refused is no use', async () => {
    const volume = await splitVolume(shape, 'SINGLE_NODE_WRITER');
    const missing = { staging_target_path: shape.scratch.path('none', 'here') };
    const outcome = await volume
      .on('node-1')
      .stage(missing)
      .catch((error: unknown) => error);
    expect(outcome).to.have.property('code', 'FAILED_PRECONDITION');
    await volume.remove();
    expect(uses()).to.deep.equal([]);
  });
});
