import { expect } from 'chai';
import { withDriver } from './driver-under-test.js';
import { newVolume } from './new-volume.js';
import { refused } from './refusal.js';
import { heldThreadPool } from './thread-pool.js';

const GROWN = { capacity_range: { required_bytes: String(2n ** 31n) } };

describe('calls on one volume that overlap', () => {
  const driver = withDriver();
  let volume_id = '';
  let disk: ReturnType<typeof heldThreadPool> | undefined;

  beforeEach(async () => {
    ({ volume_id } = await newVolume(driver.client));
    disk = heldThreadPool(driver.scratch);
  });
  afterEach(() => goOn());

  async function goOn(): Promise<void> {
    await disk?.release();
    disk = undefined;
  }
  /** Resolves when the calls that were made before have come to the driver. */
  const arrived = () => driver.client.identity.Probe({});
  const expand = (signal?: AbortSignal) =>
    driver.client.controller.ControllerExpandVolume(
      { volume_id, ...GROWN },
      signal === undefined ? {} : { signal },
    );
  async function size(): Promise<string | undefined> {
    const { volume } = await driver.client.controller.ControllerGetVolume({ volume_id });
    return volume?.capacity_bytes;
  }

  it('wait for each other, and take effect in order of arrival', async () => {
    const grown = expand();
    const deleted = driver.client.controller.DeleteVolume({ volume_id });
    const late = expand();
    const lateIsRefused = refused(late, 'NOT_FOUND');
    await arrived();
    await goOn();
    expect(await grown).to.have.property('capacity_bytes', String(2n ** 31n));
    await deleted;
    await lateIsRefused;
  });

  it('one that is given up while it waits never runs', async () => {
    const grown = expand();
    const caller = new AbortController();
    const { controller } = driver.client;
    const deleted = refused(
      controller.DeleteVolume({ volume_id }, { signal: caller.signal }),
      'CANCELLED',
    );
    await arrived();
    caller.abort();
    await deleted;
    await goOn();
    await grown;
    expect(await size()).to.equal(String(2n ** 31n));
  });

  it('one that waits longer than its deadline never runs', async () => {
    const grown = expand();
    const { controller } = driver.client;
    await refused(controller.DeleteVolume({ volume_id }, { deadlineMs: 50 }), 'DEADLINE_EXCEEDED');
    await goOn();
    await grown;
    expect(await size()).to.equal(String(2n ** 31n));
  });

  it('one that has begun goes on when its caller gives up, and the retry finds it done', async () => {
    const caller = new AbortController();
    const given = refused(expand(caller.signal), 'CANCELLED');
    await arrived();
    caller.abort();
    await given;
    const retried = expand();
    await goOn();
    expect(await retried).to.have.property('capacity_bytes', String(2n ** 31n));
  });

  it('on-overlap abort: ABORTED at once, with nothing changed; OK when the first is done', async () => {
    await goOn();
    await driver.restart({ onOverlap: 'abort' });
    disk = heldThreadPool(driver.scratch);
    const grown = expand();
    await arrived();
    const { controller } = driver.client;
    await refused(controller.DeleteVolume({ volume_id }), 'ABORTED', new RegExp(volume_id));
    await goOn();
    await grown;
    expect(await size()).to.equal(String(2n ** 31n));
    await controller.DeleteVolume({ volume_id });
    await driver.restart();
  });
});
