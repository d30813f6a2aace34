import { execFileSync } from 'node:child_process';
import {
  closeSync,
  openSync,
  readFileSync,
  rmSync,
  statfsSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { needImages } from '../host/images.js';
import { attachedAre } from './attached.js';
import { withDriver } from './driver-under-test.js';
import { refused } from './refusal.js';
import { takenDownVolumes } from './takedown.js';
import { creationOf, IMAGE_BYTES, type TestVolume } from './test-volume.js';

const MIB = 2 ** 20;
/** ext4 takes it of a process that makes a mounted file system larger. */
const CAP_SYS_RESOURCE = 24n;

for (const format of ['ext4', 'xfs'] as const) {
  describe(`a volume of enforced size, ${format}`, () => {
    needImages(format);
    const driver = withDriver();
    const volumes = takenDownVolumes(driver, format);
    const bytes = IMAGE_BYTES[format];
    let volume: TestVolume;
    beforeEach(async () => {
      volume = await volumes.staged('SINGLE_NODE_MULTI_WRITER');
      await volume.publish('a');
    });

    const target = () => volume.target('a');
    /** The size of the file system, as a workload sees it. */
    const total = () => {
      const { blocks, bsize } = statfsSync(target());
      return blocks * bsize;
    };
    const fill = (mebibytes: number) =>
      execFileSync(
        'dd',
        ['if=/dev/zero', `of=${join(target(), 'file')}`, 'bs=1M', `count=${mebibytes}`],
        { stdio: 'pipe' },
      );
    const expand = async (required_bytes: number) => {
      const capacity_range = { required_bytes: String(required_bytes) };
      const answer = await driver.client.controller.ControllerExpandVolume({
        volume_id: volume.id,
        capacity_range,
      });
      expect(answer.node_expansion_required).to.equal(true);
      return answer.capacity_bytes;
    };
    const expandHere = async () => {
      const request = { volume_id: volume.id, volume_path: target() };
      return (await driver.client.node.NodeExpandVolume(request)).capacity_bytes;
    };
    const stats = async () => {
      const request = { volume_id: volume.id, volume_path: target() };
      const { usage } = await driver.client.node.NodeGetVolumeStats(request);
      return usage.map(({ unit, total: all, used, available }) => ({
        unit,
        all: Number(all),
        used: Number(used),
        available: Number(available),
      }));
    };

    it('is as large as it was asked to be, but for what the file system takes', () => {
      expect(total()).to.be.within(bytes * 0.7, bytes);
      const df = execFileSync('df', ['--output=fstype,target', target()], { encoding: 'utf8' });
      expect(df).to.include(format).and.to.include(target());
    });

    it('takes no more than that: ENOSPC', () => {
      expect(() => fill(bytes / MIB)).to.throw(/No space left on device/);
      rmSync(join(target(), 'file'));
      fill(1);
    });

    it('tells the figures of the file system, full or empty', async () => {
      const [empty, inodes] = await stats();
      expect(empty).to.include({ unit: 'BYTES', all: total() });
      expect(inodes).to.include({ unit: 'INODES' });
      expect(() => fill(bytes / MIB)).to.throw(/No space left/);
      const [full] = await stats();
      // Less than dd writes at a time.
      expect(full?.available).to.be.within(0, MIB);
      expect(full?.used).to.be.greaterThan(empty?.used ?? Infinity);
    });

    it('grows when it is staged next, with its data', async () => {
      writeFileSync(join(target(), 'file'), 'data');
      const before = total();
      expect(await expand(2 * bytes)).to.equal(String(2 * bytes));
      expect(total()).to.equal(before);
      await volume.unpublish('a');
      await volume.unstage();
      await volume.stage();
      await volume.publish('a');
      expect(total()).to.be.greaterThan(before * 1.5);
      expect(readFileSync(join(target(), 'file'), 'utf8')).to.equal('data');
    });

    it('is not grown where it is only read', async () => {
      await volume.unpublish('a');
      await volume.unstage();
      await expand(2 * bytes);
      const readonly = { access_mode: { mode: 'SINGLE_NODE_READER_ONLY' } as const };
      const volume_capability = { ...volume.capability, ...readonly };
      await volume.detach();
      await volume.attach({ volume_capability });
      await volume.stage({ volume_capability });
      await volume.publish('a', { volume_capability });
      expect(total()).to.be.lessThan(bytes);
      expect(await expandHere()).to.equal(String(2 * bytes));
    });

    if (format === 'xfs' || mayGrowExt4()) {
      it('grows while it is in use, and repeats change nothing', async () => {
        const before = total();
        await expand(2 * bytes);
        for (let count = 0; count < 2; count += 1) {
          expect(await expandHere()).to.equal(String(2 * bytes));
          expect(total()).to.be.greaterThan(before * 1.5);
        }
      });
    } else {
      it('does not grow while it is in use without CAP_SYS_RESOURCE: FAILED_PRECONDITION', async () => {
        const before = total();
        await expand(2 * bytes);
        await refused(expandHere(), 'FAILED_PRECONDITION', /CAP_SYS_RESOURCE.*staged next/);
        expect(total()).to.equal(before);
      });
    }

    it('is as large as asked for when it is made from a smaller one, and both can be mounted', async () => {
      writeFileSync(join(target(), 'file'), 'data');
      execFileSync('sync', ['--file-system', target()]);
      const { controller, node } = driver.client;
      const { volume: made } = await controller.CreateVolume({
        name: 'clone',
        ...creationOf(format, ['SINGLE_NODE_MULTI_WRITER']),
        capacity_range: { required_bytes: String(2 * bytes) },
        volume_content_source: { volume: { volume_id: volume.id } },
      });
      const volume_id = made?.volume_id ?? '';
      const volume_capability = volume.capability;
      const { publish_context } = await controller.ControllerPublishVolume({
        volume_id,
        node_id: driver.nodeId,
        volume_capability,
      });
      const staging_target_path = driver.scratch.make('clone');
      await node.NodeStageVolume({
        volume_id,
        volume_capability,
        publish_context,
        staging_target_path,
      });
      const { blocks, bsize } = statfsSync(staging_target_path);
      expect(blocks * bsize).to.be.greaterThan(total() * 1.5);
      expect(readFileSync(join(staging_target_path, 'file'), 'utf8')).to.equal('data');
      await node.NodeUnstageVolume({ volume_id, staging_target_path });
      await controller.ControllerUnpublishVolume({ volume_id, node_id: driver.nodeId });
      await controller.DeleteVolume({ volume_id });
    });

    it('stays one file system while a lazy unmount has left it in use', async () => {
      const user = openSync(join(target(), 'file'), 'w');
      try {
        for (const path of [target(), volume.stagingPath]) {
          execFileSync('umount', ['--lazy', path]);
        }
        await volume.stage();
        await volume.publish('a');
        await attachedAre(driver.scratch.root, 1);
        writeSync(user, 'data');
        expect(readFileSync(join(target(), 'file'), 'utf8')).to.equal('data');
      } finally {
        closeSync(user);
      }
    });

    it('can be staged again when it has been expanded while a lazy unmount has left it in use', async () => {
      const user = openSync(join(target(), 'file'), 'w');
      try {
        const before = total();
        for (const path of [target(), volume.stagingPath]) {
          execFileSync('umount', ['--lazy', path]);
        }
        await expand(2 * bytes);
        await volume.stage();
        await volume.publish('a');
        if (format === 'xfs') expect(total()).to.be.greaterThan(before * 1.5);
        else expect(total()).to.equal(before);
        writeSync(user, 'data');
        expect(readFileSync(join(target(), 'file'), 'utf8')).to.equal('data');
      } finally {
        closeSync(user);
      }
    });

    it('needs nothing of the node when it has its size', async () => {
      expect(await expandHere()).to.equal(String(bytes));
    });
  });
}

function mayGrowExt4(): boolean {
  const status = readFileSync('/proc/self/status', 'utf8');
  const effective = BigInt(`0x${/^CapEff:\t(\w+)$/m.exec(status)?.[1] ?? '0'}`);
  return ((effective >> CAP_SYS_RESOURCE) & 1n) === 1n;
}
