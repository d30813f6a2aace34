import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import type { VolumeCondition__Output } from '../../src/csi/generated/csi/v1/VolumeCondition.js';
import { withDriver } from './driver-under-test.js';
import { newVolume } from './new-volume.js';
import { refused } from './refusal.js';
import { takenDownVolumes } from './takedown.js';
import type { TestVolume } from './test-volume.js';

type Condition = VolumeCondition__Output | null | undefined;

const MODE = 'SINGLE_NODE_MULTI_WRITER';

function expectAbnormal(condition: Condition, words: RegExp): void {
  expect(condition).to.have.property('abnormal', true);
  expect(condition).to.have.property('message').that.matches(words);
}

describe('VolumeCondition', () => {
  const driver = withDriver();
  const volumes = takenDownVolumes(driver);

  /** What the controller says of a volume, by both of its RPCs. */
  async function byController(volume_id: string): Promise<Condition> {
    const { controller } = driver.client;
    const { status } = await controller.ControllerGetVolume({ volume_id });
    const { entries } = await controller.ListVolumes({});
    const listed = entries.find(({ volume }) => volume?.volume_id === volume_id);
    expect(listed?.status).to.deep.equal(status);
    return status?.volume_condition;
  }

  async function byNode({ id }: TestVolume, volume_path: string): Promise<Condition> {
    const answer = await driver.client.node.NodeGetVolumeStats({ volume_id: id, volume_path });
    return answer.volume_condition;
  }

  const data = (id: string, name: string) => join(driver.options.poolDir, 'volumes', id, name);

  it('of a volume that is well: not abnormal, and a message that says so', async () => {
    const volume = await volumes.staged(MODE);
    await volume.publish('a');
    for (const condition of [
      await byController(volume.id),
      await byNode(volume, volume.stagingPath),
      await byNode(volume, volume.target('a')),
    ]) {
      expect(condition).to.have.property('abnormal', false);
      expect(condition)
        .to.have.property('message')
        .that.matches(/^the volume is healthy/);
    }
  });

  it('its directory is gone: abnormal, for the controller and for the node that shows it', async () => {
    const volume = await volumes.staged(MODE);
    rmSync(data(volume.id, 'data'), { recursive: true });
    expectAbnormal(await byController(volume.id), /gone from the pool/);
    expectAbnormal(await byNode(volume, volume.stagingPath), /gone from the pool/);
    mkdirSync(data(volume.id, 'data'));
    expect(await byController(volume.id)).to.have.property('abnormal', false);
  });

  it('its image is cut short, or gone: abnormal', async () => {
    const { volume_id } = await newVolume(driver.client, {
      volume_capabilities: [{ access_mode: { mode: 'SINGLE_NODE_WRITER' }, block: {} }],
      capacity_range: { required_bytes: '8192' },
    });
    expect(await byController(volume_id)).to.have.property('abnormal', false);
    truncateSync(data(volume_id, 'image'), 4096);
    expectAbnormal(await byController(volume_id), /cut short to 4096 of 8192 bytes/);
    rmSync(data(volume_id, 'image'));
    expectAbnormal(await byController(volume_id), /gone from the pool/);
    await driver.client.controller.DeleteVolume({ volume_id });
  });

  describe('a mount that has vanished', () => {
    let volume: TestVolume;
    beforeEach(async () => {
      volume = await volumes.staged(MODE);
      await volume.publish('a');
    });

    it('of the target: abnormal for the node, asked there and at the staging path', async () => {
      execFileSync('umount', [volume.target('a')]);
      for (const path of [volume.target('a'), volume.stagingPath]) {
        const condition = await byNode(volume, path);
        expectAbnormal(condition, /targets\/a has vanished: restart the workload/);
        expect(condition).to.have.property('message').that.does.not.include(volume.stagingPath);
      }
      expect(await byController(volume.id)).to.have.property('abnormal', false);
    });

    it('of the target: there are no figures, for what is there is not the volume', async () => {
      execFileSync('umount', [volume.target('a')]);
      const answer = await driver.client.node.NodeGetVolumeStats({
        volume_id: volume.id,
        volume_path: volume.target('a'),
      });
      expect(answer.usage).to.deep.equal([]);
    });

    it('of the staging path: abnormal at the target, whose mount is there', async () => {
      execFileSync('umount', [volume.stagingPath]);
      expectAbnormal(await byNode(volume, volume.target('a')), /staging has vanished/);
    });

    it('and is mounted again: healthy', async () => {
      execFileSync('umount', [volume.target('a')]);
      await volume.publish('a');
      expect(await byNode(volume, volume.target('a'))).to.have.property('abnormal', false);
    });

    it('and was unpublished: NOT_FOUND at its path', async () => {
      execFileSync('umount', [volume.target('a')]);
      await volume.unpublish('a');
      await refused(byNode(volume, volume.target('a')), 'NOT_FOUND');
      expect(await byNode(volume, volume.stagingPath)).to.have.property('abnormal', false);
    });
  });

  it('is never abnormal while volumes come and go, or are published', async () => {
    const abnormal: unknown[] = [];
    const done = new AbortController();
    const watching = (async () => {
      while (!done.signal.aborted) {
        const { entries } = await driver.client.controller.ListVolumes({});
        abnormal.push(
          ...entries.filter(({ status }) => status?.volume_condition?.abnormal !== false),
        );
      }
    })();
    const volume = await volumes.staged(MODE);
    for (let count = 0; count < 20; count += 1) {
      const { volume_id } = await newVolume(driver.client);
      const call = volume.publish('a');
      const condition = await byNode(volume, volume.stagingPath);
      if (condition?.abnormal !== false) abnormal.push(condition);
      await call;
      await volume.unpublish('a');
      await driver.client.controller.DeleteVolume({ volume_id });
    }
    done.abort();
    await watching;
    expect(abnormal).to.deep.equal([]);
  });

  describe('where it is not advertised', () => {
    before(() =>
      driver.restart({
        withoutControllerCapability: ['VOLUME_CONDITION'],
        withoutNodeCapability: ['VOLUME_CONDITION'],
      }),
    );

    it('is not told, and a mount that has vanished is NOT_FOUND', async () => {
      const volume = await volumes.staged(MODE);
      await volume.publish('a');
      expect(await byController(volume.id)).to.equal(null);
      expect(await byNode(volume, volume.target('a'))).to.equal(null);
      execFileSync('umount', [volume.target('a')]);
      await refused(byNode(volume, volume.target('a')), 'NOT_FOUND');
    });
  });
});
