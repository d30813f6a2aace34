import { expect } from 'chai';
import type { VolumeCapability } from '../../src/csi/generated/csi/v1/VolumeCapability.js';
import { ACCESS_MODES, isMultiNode, type AccessMode } from '../../src/model/access-mode.js';
import { mountsBelow } from '../host/scratch.js';
import { withDriver } from './driver-under-test.js';
import { refusedUnchanged } from './refusal.js';
import { takenDownVolumes } from './takedown.js';
import { mountCapability } from './test-volume.js';

/** Modes in which one node may have a volume at several targets. */
const MANY_TARGETS = ACCESS_MODES.filter(
  (mode) => isMultiNode(mode) || mode === 'SINGLE_NODE_MULTI_WRITER',
);

describe('NodePublishVolume at another target with another capability', () => {
  const driver = withDriver();
  const volumes = takenDownVolumes(driver);

  describe('another access mode is FAILED_PRECONDITION, though the volume supports both', () => {
    for (const [first, second] of pairs(ACCESS_MODES)) {
      it(`published as ${first}, asked as ${second}`, async () => {
        const volume = await volumes.staged('MULTI_NODE_MULTI_WRITER');
        await volume.publish('a', { volume_capability: mountCapability(first) });
        await refusedUnchanged(
          driver,
          () => volume.publish('b', { volume_capability: mountCapability(second) }),
          'FAILED_PRECONDITION',
          new RegExp(`targets/a with another capability: access mode ${first}.*${second}`),
        );
      });
    }
  });

  describe('fs_type', () => {
    for (const [there, asked] of [
      ['ext4', ''],
      ['', 'ext4'],
      ['ext4', 'ext4'],
    ] as const) {
      it(`"${there}" there, "${asked}" asked: OK, since an empty one matches any`, async () => {
        const volume = await volumes.staged('MULTI_NODE_MULTI_WRITER');
        await volume.publish('a', { volume_capability: withFsType(there) });
        await volume.publish('b', { volume_capability: withFsType(asked) });
        expect(mountsBelow(volume.target(''))).to.have.lengthOf(2);
      });
    }

    it('"ext4" there, "xfs" asked: FAILED_PRECONDITION', async () => {
      const volume = await volumes.staged('MULTI_NODE_MULTI_WRITER');
      await volume.publish('a', { volume_capability: withFsType('ext4') });
      await refusedUnchanged(
        driver,
        () => volume.publish('b', { volume_capability: withFsType('xfs') }),
        'FAILED_PRECONDITION',
        /fs_type ext4 there, xfs asked/,
      );
    });

    for (const [first, last] of [
      ['ext4', ''],
      ['', 'ext4'],
    ] as const) {
      it(`"${first}", then "${last}" there, "xfs" asked: FAILED_PRECONDITION`, async () => {
        const volume = await volumes.staged('MULTI_NODE_MULTI_WRITER');
        await volume.publish('a', { volume_capability: withFsType(first) });
        await volume.publish('b', { volume_capability: withFsType(last) });
        await refusedUnchanged(
          driver,
          () => volume.publish('c', { volume_capability: withFsType('xfs') }),
          'FAILED_PRECONDITION',
          /fs_type ext4 there, xfs asked/,
        );
      });
    }

    it('the same target with another one is other arguments: ALREADY_EXISTS', async () => {
      const volume = await volumes.staged('MULTI_NODE_MULTI_WRITER');
      await volume.publish('a', { volume_capability: withFsType('ext4') });
      await refusedUnchanged(
        driver,
        () => volume.publish('a', { volume_capability: withFsType('') }),
        'ALREADY_EXISTS',
        /fs_type/,
      );
    });
  });

  it('another access type is FAILED_PRECONDITION', async () => {
    const volume = await volumes.staged('MULTI_NODE_MULTI_WRITER');
    await volume.publish('a');
    const access_mode = { mode: 'MULTI_NODE_MULTI_WRITER' } as const;
    await refusedUnchanged(
      driver,
      () => volume.publish('b', { volume_capability: { access_mode, block: {} } }),
      'FAILED_PRECONDITION',
      /block/,
    );
  });

  it('the same target with another access type or mode is ALREADY_EXISTS', async () => {
    const volume = await volumes.staged('MULTI_NODE_MULTI_WRITER');
    await volume.publish('a');
    const access_mode = { mode: 'MULTI_NODE_MULTI_WRITER' } as const;
    for (const volume_capability of [
      { access_mode, block: {} },
      mountCapability('SINGLE_NODE_SINGLE_WRITER'),
    ]) {
      await refusedUnchanged(
        driver,
        () => volume.publish('a', { volume_capability }),
        'ALREADY_EXISTS',
      );
    }
  });

  describe('all publications of the volume on the node count', () => {
    for (const mode of MANY_TARGETS) {
      const other: AccessMode =
        mode === 'MULTI_NODE_READER_ONLY' ? 'SINGLE_NODE_READER_ONLY' : 'SINGLE_NODE_WRITER';

      for (const left of ['a', 'b', 'c']) {
        it(`${mode} at three targets: also when only ${left} is left`, async () => {
          const volume = await volumes.staged(mode);
          for (const name of ['a', 'b', 'c']) await volume.publish(name);
          for (const name of ['a', 'b', 'c']) if (name !== left) await volume.unpublish(name);
          await refusedUnchanged(
            driver,
            () => volume.publish('d', { volume_capability: mountCapability(other) }),
            'FAILED_PRECONDITION',
            new RegExp(`targets/${left} `),
          );
          await volume.unpublish(left);
          await volume.publish('d', { volume_capability: mountCapability(other) });
        });
      }
    }
  });

  it('publications of other volumes do not count', async () => {
    const [one, other] = [
      await volumes.staged('SINGLE_NODE_SINGLE_WRITER'),
      await volumes.staged('SINGLE_NODE_SINGLE_WRITER'),
    ];
    await one.publish('a');
    await other.publish('a');
    expect(mountsBelow(one.target(''))).to.have.lengthOf(1);
    expect(mountsBelow(other.target(''))).to.have.lengthOf(1);
  });
});

function withFsType(fs_type: string): VolumeCapability {
  return mountCapability('MULTI_NODE_MULTI_WRITER', { fs_type });
}

function pairs<Item>(items: readonly Item[]): [Item, Item][] {
  return items.flatMap((a) => items.filter((b) => b !== a).map((b): [Item, Item] => [a, b]));
}
