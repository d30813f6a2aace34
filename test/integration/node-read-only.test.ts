import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { otherNamespace, type Namespace } from '../host/namespace.js';
import { withDriver } from './driver-under-test.js';
import { refused } from './refusal.js';
import { takenDownVolumes } from './takedown.js';
import { mountCapability, type TestVolume } from './test-volume.js';

const READER_ONLY = ['SINGLE_NODE_READER_ONLY', 'MULTI_NODE_READER_ONLY'] as const;

describe('a read-only publication refuses writes, from every mount namespace that sees it', () => {
  const driver = withDriver();
  const volumes = takenDownVolumes(driver);

  describe('at a target path whose mounts propagate', () => {
    let shared: string;
    let other: Namespace;

    beforeEach(async () => {
      shared = driver.scratch.make('shared');
      execFileSync('mount', ['-t', 'tmpfs', 'none', shared]);
      execFileSync('mount', ['--make-shared', shared]);
      other = await otherNamespace();
    });
    afterEach(async () => {
      await other.end();
      execFileSync('umount', [shared]);
    });

    const target = () => join(shared, 'target');
    const there = (path: string) => join(other.root, path);

    function expectReadOnly(): void {
      for (const path of [target(), there(target())]) {
        expect(() => writeAt(path)).to.throw('EROFS');
      }
    }

    /** Runs `act` while the volume is published at a path whose mounts propagate. */
    async function whilePublished(
      volume: TestVolume,
      changed: Parameters<TestVolume['publish']>[1],
      act: () => void,
    ): Promise<void> {
      await volume.publish('shared', { ...changed, target_path: target() });
      try {
        act();
      } finally {
        await driver.client.node.NodeUnpublishVolume({
          volume_id: volume.id,
          target_path: target(),
        });
      }
      expect(() => readFileSync(there(join(target(), 'file')))).to.throw('ENOENT');
    }

    it('though a writable one is writable there', async () => {
      const volume = await volumes.staged('SINGLE_NODE_WRITER');
      await whilePublished(volume, {}, () => {
        writeAt(there(target()));
        expect(readFileSync(join(target(), 'file'), 'utf8')).to.equal('written');
        expect(readFileSync(join(volume.stagingPath, 'file'), 'utf8')).to.equal('written');
      });
    });

    for (const mode of READER_ONLY) {
      for (const readonly of [false, true]) {
        it(`${mode} with readonly ${readonly}`, async () => {
          const volume = await volumes.staged(mode);
          expect(() => writeAt(volume.stagingPath)).to.throw('EROFS');
          await whilePublished(volume, { readonly }, expectReadOnly);
        });
      }

      it(`${mode} with mount flag rw`, async () => {
        const volume = await volumes.staged(mode);
        const volume_capability = mountCapability(mode, { mount_flags: ['rw'] });
        await whilePublished(volume, { volume_capability }, expectReadOnly);
      });

      it(`${mode} of the attachment alone, staged and published for writing`, async () => {
        const writing = 'MULTI_NODE_MULTI_WRITER';
        const volume = await volumes.created(writing);
        await volume.attach({ volume_capability: mountCapability(mode) });
        await volume.stage();
        expect(() => writeAt(volume.stagingPath)).to.throw('EROFS');
        await whilePublished(volume, {}, expectReadOnly);
      });

      it(`${mode} while the volume is staged for writing`, async () => {
        const volume = await volumes.staged('MULTI_NODE_MULTI_WRITER');
        writeAt(volume.stagingPath);
        const volume_capability = mountCapability(mode);
        await whilePublished(volume, { volume_capability }, () => {
          expectReadOnly();
          expect(readFileSync(there(join(target(), 'file')), 'utf8')).to.equal('written');
        });
        writeAt(volume.stagingPath);
      });
    }

    for (const mode of ['SINGLE_NODE_WRITER', 'MULTI_NODE_MULTI_WRITER'] as const) {
      it(`${mode} with readonly`, async () => {
        const volume = await volumes.staged(mode);
        await whilePublished(volume, { readonly: true }, expectReadOnly);
      });

      it(`${mode} with readonly and mount flag rw`, async () => {
        const volume = await volumes.staged(mode);
        const volume_capability = mountCapability(mode, { mount_flags: ['rw'] });
        await whilePublished(volume, { readonly: true, volume_capability }, expectReadOnly);
      });

      it(`${mode} with mount flag ro`, async () => {
        const volume = await volumes.staged(mode);
        const volume_capability = mountCapability(mode, { mount_flags: ['ro'] });
        await whilePublished(volume, { volume_capability }, expectReadOnly);
      });

      it(`${mode}, controller-published with readonly and nothing else`, async () => {
        const volume = await volumes.created(mode);
        await volume.attach({ readonly: true });
        await volume.stage();
        expect(() => writeAt(volume.stagingPath)).to.throw('EROFS');
        await whilePublished(volume, {}, expectReadOnly);
      });
    }
  });

  it('one target can be read-only while another is writable, whichever came first', async () => {
    const volume = await volumes.staged('SINGLE_NODE_MULTI_WRITER');
    await volume.publish('read-only', { readonly: true });
    await volume.publish('writable');
    await volume.publish('read-only too', { readonly: true });
    writeAt(volume.target('writable'));
    for (const name of ['read-only', 'read-only too']) {
      expect(() => writeAt(volume.target(name))).to.throw('EROFS');
      expect(readFileSync(join(volume.target(name), 'file'), 'utf8')).to.equal('written');
    }
  });
});

describe('without PUBLISH_READONLY', () => {
  const driver = withDriver({ withoutControllerCapability: ['PUBLISH_READONLY'] });
  const volumes = takenDownVolumes(driver);

  it('a controller publish with readonly is INVALID_ARGUMENT, a node publish with it is not', async () => {
    const volume = await volumes.created('SINGLE_NODE_WRITER');
    await refused(volume.attach({ readonly: true }), 'INVALID_ARGUMENT', /^readonly/);
    await volume.attach();
    await volume.stage();
    await volume.publish('a', { readonly: true });
    expect(() => writeFileSync(join(volume.target('a'), 'file'), '')).to.throw('EROFS');
  });
});

function writeAt(directory: string): void {
  writeFileSync(join(directory, 'file'), 'written');
}
