import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import type { Format } from '../../src/model/format.js';
import { useMarks } from '../../src/host/use-marks.js';
import { newSnapshot } from './new-snapshot.js';
import { newVolume } from './new-volume.js';
import { refusedKeepingAll } from './controller-state.js';
import { withSplitShape } from './split-shape.js';
import { splitVolume } from './split-volume.js';
import { creationOf } from './test-volume.js';

describe('a snapshot of a volume that a node in another process has', () => {
  const shape = withSplitShape(['node-1', 'node-2'], { attach: false });

  before(function () {
    if (!existsSync('/dev/loop-control')) this.skip();
  });

  /** The file that a workload writes to, by the staging path of its volume. */
  const FILES: Record<'directory' | 'ext4' | 'raw', (path: string) => string> = {
    directory: (path) => join(path, 'file'),
    ext4: (path) => join(path, 'file'),
    raw: (path) => join(path, 'device'),
  };
  const formats: (keyof typeof FILES & Format)[] = ['directory', 'ext4', 'raw'];
  for (const format of formats) {
    it(`${format}: has what was written, and a volume from it has that on another node`, async () => {
      const source = await splitVolume(shape, 'SINGLE_NODE_WRITER', format);
      await source.on('node-1').stage();
      const written = FILES[format](source.on('node-1').stagingPath);
      const flag = format === 'raw' ? 'r+' : 'w';
      writeFileSync(written, 'just written', { flag, flush: true });
      const { snapshot_id } = await newSnapshot(shape.client, source.id);
      await source.on('node-1').unstage();
      await source.remove();

      const name = `restored ${format}`;
      const request = { ...creationOf(format, ['SINGLE_NODE_WRITER']), name };
      const volume_content_source = { snapshot: { snapshot_id } };
      const { volume_id } = await newVolume(shape.client, { ...request, volume_content_source });
      const staging_target_path = shape.scratch.make('node-2', volume_id);
      const staged = { volume_id, staging_target_path };
      const [volume_capability = null] = request.volume_capabilities ?? [];
      await shape.node('node-2').NodeStageVolume({ ...staged, volume_capability });
      const found = readFileSync(FILES[format](staging_target_path)).subarray(0, 12);
      expect(found.toString()).to.equal('just written');
      await shape.node('node-2').NodeUnstageVolume(staged);
      await shape.controller.DeleteVolume({ volume_id });
      await shape.controller.DeleteSnapshot({ snapshot_id });
    });
  }

  it('on another machine: FAILED_PRECONDITION for an image, OK for a directory', async () => {
    const marks = useMarks(shape.options.poolDir);
    const image = await splitVolume(shape, 'SINGLE_NODE_WRITER', 'raw');
    const directory = await splitVolume(shape, 'SINGLE_NODE_WRITER');
    for (const { id } of [image, directory]) marks.set(id, 'node-far-away');
    const cut = () => newSnapshot(shape.client, image.id);
    await refusedKeepingAll(shape, cut, 'FAILED_PRECONDITION', /in use on another machine/);
    await newSnapshot(shape.client, directory.id);
    for (const { id } of [image, directory]) marks.clear(id, 'node-far-away');
    await cut();
    for (const each of [image, directory]) await each.remove();
  });

  it('of a device, here and on another machine: FAILED_PRECONDITION until it is here alone', async () => {
    const marks = useMarks(shape.options.poolDir);
    const volume = await splitVolume(shape, 'MULTI_NODE_MULTI_WRITER', 'raw');
    for (const node of ['node-1', 'node-2']) await volume.on(node).stage();
    marks.set(volume.id, 'node-far-away');
    const cut = () => newSnapshot(shape.client, volume.id);
    await refusedKeepingAll(shape, cut, 'FAILED_PRECONDITION', /in use on another machine/);
    marks.clear(volume.id, 'node-far-away');
    const { snapshot_id } = await cut();
    for (const node of ['node-1', 'node-2']) await volume.on(node).unstage();
    await volume.remove();
    await shape.controller.DeleteSnapshot({ snapshot_id });
  });
});
