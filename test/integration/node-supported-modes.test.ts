import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { ACCESS_MODES, type AccessMode } from '../../src/model/access-mode.js';
import { mountsBelow } from '../host/scratch.js';
import { withDriver } from './driver-under-test.js';
import { refused, refusedUnchanged } from './refusal.js';
import { takenDownVolumes } from './takedown.js';
import { mountCapability } from './test-volume.js';

/** What a volume supports beside the mode that it was created with. */
const IMPLIED: Readonly<Record<AccessMode, readonly AccessMode[]>> = {
  MULTI_NODE_MULTI_WRITER: ACCESS_MODES,
  MULTI_NODE_SINGLE_WRITER: [
    'MULTI_NODE_READER_ONLY',
    'SINGLE_NODE_WRITER',
    'SINGLE_NODE_SINGLE_WRITER',
    'SINGLE_NODE_MULTI_WRITER',
    'SINGLE_NODE_READER_ONLY',
  ],
  MULTI_NODE_READER_ONLY: ['SINGLE_NODE_READER_ONLY'],
  SINGLE_NODE_MULTI_WRITER: [
    'SINGLE_NODE_WRITER',
    'SINGLE_NODE_SINGLE_WRITER',
    'SINGLE_NODE_READER_ONLY',
  ],
  SINGLE_NODE_WRITER: [
    'SINGLE_NODE_SINGLE_WRITER',
    'SINGLE_NODE_MULTI_WRITER',
    'SINGLE_NODE_READER_ONLY',
  ],
  SINGLE_NODE_SINGLE_WRITER: ['SINGLE_NODE_WRITER', 'SINGLE_NODE_READER_ONLY'],
  SINGLE_NODE_READER_ONLY: [],
};

describe('what a volume supports, over the socket', () => {
  const driver = withDriver();
  const volumes = takenDownVolumes(driver);

  for (const created of ACCESS_MODES) {
    const supported = ACCESS_MODES.filter(
      (mode) => mode === created || IMPLIED[created].includes(mode),
    );
    describe(`a volume created for ${created}`, () => {
      for (const wanted of supported) {
        it(`is attached, staged and published for ${wanted}`, async () => {
          const volume = await volumes.staged(wanted, created);
          await volume.publish('a');
          expect(mountsBelow(volume.target('a'))).to.have.lengthOf(1);
        });

        it(`is published for ${wanted} while it is staged for ${created}`, async () => {
          const volume = await volumes.staged(created);
          await volume.publish('a', { volume_capability: mountCapability(wanted) });
          expect(mountsBelow(volume.target('a'))).to.have.lengthOf(1);
        });
      }

      for (const wanted of ACCESS_MODES.filter((mode) => !supported.includes(mode))) {
        const volume_capability = mountCapability(wanted);
        const why = new RegExp(`was created for ${created}.*does not support ${wanted}`);

        it(`is never used for ${wanted}`, async () => {
          const volume = await volumes.created(created);
          await refused(volume.attach({ volume_capability }), 'FAILED_PRECONDITION', why);
          await volume.attach();
          const stage = () => volume.stage({ volume_capability });
          await refusedUnchanged(driver, stage, 'FAILED_PRECONDITION', why);
          await volume.stage();
          const publish = () => volume.publish('a', { volume_capability });
          await refusedUnchanged(driver, publish, 'FAILED_PRECONDITION', why);
          const expand = driver.client.node.NodeExpandVolume({
            volume_id: volume.id,
            volume_path: volume.stagingPath,
            volume_capability,
          });
          await refused(expand, 'INVALID_ARGUMENT', why);
        });
      }

      it('is never used as block', async () => {
        const access_mode = { mode: created };
        const volume_capability = { access_mode, block: {} };
        const volume = await volumes.staged(created);
        const staging_target_path = driver.scratch.make('other staging');
        for (const call of [
          () => volume.stage({ volume_capability, staging_target_path }),
          () => volume.publish('a', { volume_capability }),
        ]) {
          await refusedUnchanged(driver, call, 'FAILED_PRECONDITION', /block/);
        }
      });
    });
  }

  it('a volume created for several modes supports what any of them implies', async () => {
    const volume = await volumes.staged(
      'SINGLE_NODE_MULTI_WRITER',
      'MULTI_NODE_READER_ONLY',
      'SINGLE_NODE_WRITER',
    );
    await volume.publish('a');
    await volume.unpublish('a');
    await volume.unstage();
    const volume_capability = mountCapability('MULTI_NODE_READER_ONLY');
    await volume.stage({ volume_capability });
    await volume.publish('a', { volume_capability });
  });

  it('a directory takes any fs_type', async () => {
    const volume = await volumes.created('SINGLE_NODE_WRITER');
    await volume.attach();
    const volume_capability = mountCapability('SINGLE_NODE_WRITER', { fs_type: 'btrfs' });
    await volume.stage({ volume_capability });
    await volume.publish('a', { volume_capability: mountCapability('SINGLE_NODE_WRITER') });
  });

  describe('the migration from ReadWriteOnce to ReadWriteOncePod keeps the data', () => {
    for (const createdAs of ['SINGLE_NODE_WRITER', 'SINGLE_NODE_MULTI_WRITER'] as const) {
      it(`of a volume created and used with ${createdAs}`, async () => {
        const volume = await volumes.staged(createdAs);
        await volume.publish('old pod');
        writeFileSync(join(volume.target('old pod'), 'file'), 'kept');
        await volume.unpublish('old pod');
        await volume.unstage();
        await volume.detach();

        const volume_capability = mountCapability('SINGLE_NODE_SINGLE_WRITER');
        await volume.attach({ volume_capability });
        await volume.stage({ volume_capability });
        await volume.publish('new pod', { volume_capability });
        expect(readFileSync(join(volume.target('new pod'), 'file'), 'utf8')).to.equal('kept');
        await refusedUnchanged(
          driver,
          () => volume.publish('another pod', { volume_capability }),
          'FAILED_PRECONDITION',
          /SINGLE_NODE_SINGLE_WRITER allows one target path/,
        );
      });
    }
  });
});
