import { writeFileSync } from 'node:fs';
import { expect } from 'chai';
import { connect } from '../../src/csi/client.js';
import { PoolError } from '../../src/index.js';
import { withDrivers } from './drivers.js';
import { refused } from './refusal.js';

describe('start and stop', () => {
  const drivers = withDrivers();

  it('a driver that is stopped before it listens ends, and listens no more', async () => {
    const driver = drivers.create('early');
    const outcome = driver.start().catch((error: unknown) => error);
    await driver.stop();
    expect(await outcome)
      .to.have.property('message')
      .that.includes('was stopped');
    const client = connect(driver.options.endpoint);
    await refused(client.waitForReady(100), 'UNAVAILABLE');
    client.close();
    await (await drivers.start('early')).stop();
  });

  it('a driver starts once, and stops as one however often it is asked', async () => {
    const driver = drivers.create('once');
    await driver.start();
    expect(() => driver.start()).to.throw('started before');
    await Promise.all([driver.stop(), driver.stop()]);
    await (await drivers.start('once')).stop();
  });

  it('a driver whose pool cannot be opened closes everything', async () => {
    const poolDir = drivers.scratch.path('file');
    writeFileSync(poolDir, '');
    const start = drivers.create('poolless', { poolDir }).start();
    expect(await start.catch((error: unknown) => error)).to.be.instanceOf(PoolError);
    await (await drivers.start('poolless', { poolDir: drivers.scratch.path('pool') })).stop();
  });

  it('a driver with volumes does not take an empty pool for its own', async () => {
    const { client, stop } = await drivers.start('full');
    await client.controller.CreateVolume({
      name: 'volume',
      volume_capabilities: [{ access_mode: { mode: 'SINGLE_NODE_WRITER' }, mount: {} }],
    });
    await stop();
    const start = drivers.create('full', { poolDir: drivers.scratch.path('empty') }).start();
    expect(await start.catch((error: unknown) => error))
      .to.be.instanceOf(PoolError)
      .with.property('message')
      .that.includes('the store has 1 volumes');
    const again = await drivers.start('full');
    expect((await again.client.controller.ListVolumes({})).entries).to.have.lengthOf(1);
    await again.stop();
  });
});
