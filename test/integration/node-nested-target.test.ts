import { existsSync, readFileSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect } from 'chai';
import { mountsBelow } from '../host/scratch.js';
import { withDriver } from './driver-under-test.js';
import { refusedUnchanged } from './refusal.js';
import { takenDownVolumes } from './takedown.js';
import type { TestVolume } from './test-volume.js';

const MODE = 'SINGLE_NODE_MULTI_WRITER';

describe('target paths that lead through symlinks, into the pool or into other volumes', () => {
  const driver = withDriver();
  const volumes = takenDownVolumes(driver);
  let volume: TestVolume;
  let other: TestVolume;
  beforeEach(async () => {
    volume = await volumes.staged(MODE);
    other = await volumes.staged(MODE);
  });

  const unpublish = ({ id }: TestVolume, target_path: string) =>
    driver.client.node.NodeUnpublishVolume({ volume_id: id, target_path });

  /** The target `a` of the volume by another name. */
  const alias = () => join(dirname(volume.stagingPath), 'link', 'a');
  const data = ({ id }: TestVolume) => join(driver.options.poolDir, 'volumes', id, 'data');

  describe('a symlink on the way', () => {
    beforeEach(() => symlinkSync('targets', dirname(alias())));

    it('is followed', async () => {
      await volume.publish('a', { target_path: alias() });
      writeFileSync(join(volume.target('a'), 'file'), 'data');
      expect(readFileSync(join(volume.stagingPath, 'file'), 'utf8')).to.equal('data');
      await volume.publish('a', { target_path: alias() });
      expect(mountsBelow(volume.target('a'))).to.have.lengthOf(1);
      await unpublish(volume, alias());
      expect(existsSync(volume.target('a'))).to.equal(false);
    });

    it('to a target that is published already: FAILED_PRECONDITION, whatever the arguments', async () => {
      await volume.publish('a');
      for (const readonly of [false, true]) {
        await refusedUnchanged(
          driver,
          () => volume.publish('a', { target_path: alias(), readonly }),
          'FAILED_PRECONDITION',
          /already mounted at .*targets\/a, which is the same place as .*link\/a$/,
        );
      }
    });

    it('to the staging path: FAILED_PRECONDITION', async () => {
      symlinkSync(dirname(volume.stagingPath), join(volume.target('up')));
      await refusedUnchanged(
        driver,
        () => volume.publish('a', { target_path: join(volume.target('up'), 'staging') }),
        'FAILED_PRECONDITION',
        /already mounted at .*staging, which is the same place as/,
      );
    });

    it('is followed by an unpublish too, and the record of the target goes with its mount', async () => {
      await volume.publish('a');
      await unpublish(volume, alias());
      expect(existsSync(volume.target('a'))).to.equal(false);
      await volume.publish('a', { readonly: true });
    });

    it('is followed by an unstage, which finds a target there: FAILED_PRECONDITION', async () => {
      await volume.publish('a');
      await refusedUnchanged(
        driver,
        () =>
          driver.client.node.NodeUnstageVolume({
            volume_id: volume.id,
            staging_target_path: alias(),
          }),
        'FAILED_PRECONDITION',
        /is published at .*targets\/a, not staged there/,
      );
    });
  });

  describe('a target in the pool is FAILED_PRECONDITION, and no data is touched', () => {
    const PATHS: [string, () => string][] = [
      ['the data of another volume', () => data(other)],
      ['the data of the same volume', () => data(volume)],
      ['within the data of another volume', () => join(data(other), 'new')],
      ['beside the volumes', () => join(driver.options.poolDir, 'volumes', 'new')],
      ['beside the data', () => join(dirname(data(other)), 'new')],
      ['the pool itself', () => driver.options.poolDir],
      ['the rest of the pool', () => join(driver.options.poolDir, 'new')],
    ];
    for (const [name, path] of PATHS) {
      it(`publish: ${name}`, () =>
        refusedUnchanged(
          driver,
          () => volume.publish('a', { target_path: path() }),
          'FAILED_PRECONDITION',
          /where the driver keeps data/,
        ));

      it(`stage: ${name}`, async () => {
        await volume.unstage();
        const call = () => volume.stage({ staging_target_path: path() });
        await refusedUnchanged(driver, call, 'FAILED_PRECONDITION', /where the driver keeps data/);
      });

      it(`unpublish, which removes empty directories: ${name}`, () =>
        refusedUnchanged(
          driver,
          () => unpublish(volume, path()),
          'FAILED_PRECONDITION',
          /where the driver keeps data/,
        ));
    }

    it('by way of a symlink', async () => {
      symlinkSync(dirname(data(other)), volume.target('link'));
      const target_path = join(volume.target('link'), 'data');
      const publish = () => volume.publish('a', { target_path });
      await refusedUnchanged(driver, publish, 'FAILED_PRECONDITION', /where the driver keeps data/);
      const remove = () => unpublish(volume, target_path);
      await refusedUnchanged(driver, remove, 'FAILED_PRECONDITION', /where the driver keeps data/);
    });

    it('though a path that only begins like the pool is not in it', async () => {
      const target_path = `${driver.options.poolDir}-of-someone-else`;
      await volume.publish('a', { target_path });
      await unpublish(volume, target_path);
      expect(existsSync(target_path)).to.equal(false);
    });
  });

  describe('a target within a publication', () => {
    it('of another volume shows the one there and leaves the other’s data alone', async () => {
      const inner = await nested(volume, other);
      writeFileSync(join(volume.target('a'), 'file'), 'of the outer');
      writeFileSync(join(inner, 'file'), 'of the inner');
      expect(readFileSync(join(volume.stagingPath, 'file'), 'utf8')).to.equal('of the outer');
      expect(readFileSync(join(other.stagingPath, 'file'), 'utf8')).to.equal('of the inner');
      await refusedUnchanged(
        driver,
        () => volume.unpublish('a'),
        'FAILED_PRECONDITION',
        /targets\/a/,
      );
      await volume.publish('a');
      await unpublish(other, inner);
      await volume.unpublish('a');
      expect(readdirSync(volume.stagingPath)).to.deep.equal(['file']);
    });

    it('of the same volume too', async () => {
      const inner = await nested(volume, volume);
      writeFileSync(join(inner, 'file'), 'data');
      expect(readdirSync(volume.target('a'))).to.have.members(['file', 'inner']);
      await refusedUnchanged(
        driver,
        () => volume.unpublish('a'),
        'FAILED_PRECONDITION',
        /targets\/a/,
      );
      await unpublish(volume, inner);
      await volume.unpublish('a');
      expect(readdirSync(volume.stagingPath)).to.deep.equal(['file']);
    });

    it('that is read-only: FAILED_PRECONDITION', async () => {
      await volume.publish('a', { readonly: true });
      const target_path = join(volume.target('a'), 'inner');
      const call = () => other.publish('inner', { target_path });
      await refusedUnchanged(driver, call, 'FAILED_PRECONDITION', /EROFS/);
    });

    it('where the outer one is deleted first: its mount and the inner one can still be removed', async () => {
      const inner = await nested(volume, other);
      await volume.detach();
      await volume.remove();
      writeFileSync(join(inner, 'file'), 'of the inner');
      await unpublish(other, inner);
      await volume.unpublish('a');
      expect(readdirSync(other.stagingPath)).to.deep.equal(['file']);
    });
  });

  it('a target around another one is a directory with content: FAILED_PRECONDITION', async () => {
    await other.publish('a');
    const target_path = dirname(other.target('a'));
    const call = () => volume.publish('a', { target_path });
    await refusedUnchanged(driver, call, 'FAILED_PRECONDITION', /content/);
    const remove = () => unpublish(volume, target_path);
    await refusedUnchanged(driver, remove, 'FAILED_PRECONDITION', /content/);
  });
});

/** Where `outer` is published, and within it `inner`. */
async function nested(outer: TestVolume, inner: TestVolume): Promise<string> {
  await outer.publish('a');
  const target_path = join(outer.target('a'), 'inner');
  await inner.publish('inner', { target_path });
  return target_path;
}
