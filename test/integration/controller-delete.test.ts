import { existsSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { mountsBelow } from '../host/scratch.js';
import { controllerState, refusedKeepingAll } from './controller-state.js';
import { withDriver, type DriverUnderTest } from './driver-under-test.js';
import { eventually } from './eventually.js';
import { newVolume } from './new-volume.js';
import { refused } from './refusal.js';
import { createdVolume, stagedVolume } from './test-volume.js';

/** What is left of deleted volumes in the pool. */
function trash({ options }: DriverUnderTest): string[] {
  return readdirSync(join(options.poolDir, 'trash'));
}

const inUse = (...paths: string[]) => new RegExp(`node-1 at ${paths.join(', ')}$`);

describe('DeleteVolume', () => {
  const driver = withDriver();
  const remove = (volume_id: string, secrets = {}) =>
    driver.client.controller.DeleteVolume({ volume_id, secrets });

  it('removes the volume, its data and its place in the list', async () => {
    const before = await controllerState(driver);
    const { volume_id } = await newVolume(driver.client);
    const data = join(driver.options.poolDir, 'volumes', volume_id, 'data');
    writeFileSync(join(data, 'file'), 'content');
    await remove(volume_id, { password: 's3cret' });
    expect(await controllerState(driver)).to.deep.equal(before);
    await eventually(() => expect(trash(driver)).to.deep.equal([]));
    const { controller } = driver.client;
    await refused(controller.ControllerGetVolume({ volume_id }), 'NOT_FOUND');
  });

  it('a second time, and after a restart: OK', async () => {
    const { volume_id } = await newVolume(driver.client);
    await remove(volume_id);
    await remove(volume_id);
    await driver.restart();
    await remove(volume_id);
  });

  it('many at the same time, each twice: OK', async () => {
    const volumes = await Promise.all(Array.from({ length: 20 }, () => newVolume(driver.client)));
    await Promise.all([...volumes, ...volumes].map(({ volume_id }) => remove(volume_id)));
    expect((await driver.client.controller.ListVolumes({})).entries).to.deep.equal([]);
  });

  for (const id of ['vol-1', '..', '../volumes', '.', '/', 'a/b', '__proto__', 'x'.repeat(128)]) {
    it(`what was never there, ${id.slice(0, 20)}: OK, and nothing else is removed`, async () => {
      const { volume_id } = await newVolume(driver.client);
      const before = await controllerState(driver);
      await remove(id);
      expect(await controllerState(driver)).to.deep.equal(before);
      await remove(volume_id);
    });
  }

  const malformed: [string, string, RegExp][] = [
    ['no volume_id', '', /^volume_id is required/],
    ['a volume_id of 129 bytes', 'x'.repeat(129), /^volume_id must not exceed 128 bytes/],
    ['a volume_id with NUL', 'vol\0', /^volume_id must not contain/],
  ];
  for (const [title, id, words] of malformed) {
    it(`${title}: INVALID_ARGUMENT`, () =>
      refusedKeepingAll(driver, () => remove(id), 'INVALID_ARGUMENT', words));
  }

  it('while controller-published: FAILED_PRECONDITION that names the node', async () => {
    const volume = await createdVolume(driver, 'SINGLE_NODE_WRITER');
    await volume.attach();
    await refusedKeepingAll(
      driver,
      volume.remove,
      'FAILED_PRECONDITION',
      /controller-published at node-1/,
    );
    await volume.detach();
    await volume.remove();
  });

  it('after a forced detach: OK, the data goes, and the node still gets rid of its mounts', async () => {
    const volume = await stagedVolume(driver, 'SINGLE_NODE_WRITER');
    await volume.publish('a');
    writeFileSync(join(volume.target('a'), 'file'), 'content');
    await volume.detach();
    await volume.remove();
    await eventually(() => expect(trash(driver)).to.deep.equal([]));
    expect(existsSync(join(volume.target('a'), 'file'))).to.equal(false);
    await volume.unpublish('a');
    await volume.unstage();
    expect(mountsBelow(driver.scratch.root)).to.have.lengthOf(1);
    expect(existsSync(volume.target('a'))).to.equal(false);
  });

  it('whose data somebody removed: OK', async () => {
    const { volume_id } = await newVolume(driver.client);
    rmSync(join(driver.options.poolDir, 'volumes', volume_id), { recursive: true });
    await remove(volume_id);
    expect((await driver.client.controller.ListVolumes({})).entries).to.deep.equal([]);
  });
});

describe('DeleteVolume without attach', () => {
  const driver = withDriver({ attach: false });

  it('while staged or published: FAILED_PRECONDITION that names node and paths, also after a restart', async () => {
    const volume = await createdVolume(driver, 'SINGLE_NODE_MULTI_WRITER');
    await volume.stage();
    const [staged, published] = [volume.stagingPath, volume.target('a')];
    await refusedKeepingAll(driver, volume.remove, 'FAILED_PRECONDITION', inUse(staged));
    await volume.publish('a');
    await refusedKeepingAll(driver, volume.remove, 'FAILED_PRECONDITION', inUse(staged, published));
    await driver.restart();
    await refusedKeepingAll(driver, volume.remove, 'FAILED_PRECONDITION', inUse(staged, published));
    await volume.unpublish('a');
    await refusedKeepingAll(driver, volume.remove, 'FAILED_PRECONDITION', inUse(staged));
    await volume.unstage();
    await volume.remove();
  });
});
