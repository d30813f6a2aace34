import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { PoolError } from '../../src/host/pool-marker.js';
import { StoreError } from '../../src/store/store.js';
import { rejectionOf } from '../store/rejection.js';
import { controllerState } from './controller-state.js';
import { withDriver } from './driver-under-test.js';
import { withDrivers } from './drivers.js';
import { createRequest, newVolume } from './new-volume.js';
import { stagedVolume } from './test-volume.js';

describe('a driver that is started again on its state', () => {
  const driver = withDriver({ capacity: { '': '100Gi', fast: '10Gi' } });

  it('knows every volume, name, size, parameter and attachment', async () => {
    const { controller } = driver.client;
    const requests = [
      createRequest(),
      createRequest({ name: 'ボリューム', parameters: { kind: 'fast' } }),
      createRequest({ capacity_range: { required_bytes: '4096' } }),
    ];
    const volumes = [];
    for (const request of requests) volumes.push(await newVolume(driver.client, request));
    const [first, second, third] = volumes.map(({ volume_id }) => ({ volume_id }));
    await controller.ControllerPublishVolume({
      ...first,
      node_id: driver.nodeId,
      volume_capability: requests[0]?.volume_capabilities?.[0] ?? null,
    });
    const capacity_range = { required_bytes: '8192' };
    await controller.ControllerExpandVolume({ ...third, capacity_range });
    await controller.DeleteVolume({ ...second });
    const again = await newVolume(driver.client, requests[1]);

    const before = await controllerState(driver);
    const capacity = await controller.GetCapacity({ parameters: { kind: 'fast' } });
    await driver.restart();
    expect(await controllerState(driver)).to.deep.equal(before);
    const { GetCapacity } = driver.client.controller;
    expect(await GetCapacity({ parameters: { kind: 'fast' } })).to.deep.equal(capacity);
    expect(await newVolume(driver.client, requests[0])).to.deep.equal(volumes[0]);
    expect(await newVolume(driver.client, requests[1])).to.deep.equal(again);
    expect(await controllerState(driver)).to.deep.equal(before);
  });

  it('keeps mounts, data and publications', async () => {
    const volume = await stagedVolume(driver, 'SINGLE_NODE_SINGLE_WRITER');
    await volume.publish('a');
    const file = join(volume.target('a'), 'file');
    writeFileSync(file, 'data');
    await driver.restart();
    await volume.publish('a');
    expect(readFileSync(file, 'utf8')).to.equal('data');
    await volume.unpublish('a');
    await volume.unstage();
  });
});

describe('a state or a pool that another driver has', () => {
  const drivers = withDrivers();

  it('the same state directory: refused, and the first driver is not disturbed', async () => {
    const first = await drivers.start('one');
    const { volume_id } = await newVolume(first.client);
    const before = await controllerState(first);
    const endpoint = `unix://${drivers.scratch.path('second.sock')}`;
    const error = await rejectionOf(drivers.start('one', { endpoint }), StoreError);
    expect(error.message).to.include(first.options.stateDir);
    expect(await controllerState(first)).to.deep.equal(before);
    await first.client.controller.DeleteVolume({ volume_id });
  });

  it('the same endpoint: refused, and the first driver is not disturbed', async () => {
    const first = await drivers.start('two');
    const { endpoint } = first.options;
    const error = await rejectionOf(drivers.start('three', { endpoint }), Error);
    expect(error).to.have.property('name', 'ListenError');
    expect(await first.client.identity.Probe({})).to.deep.equal({ ready: { value: true } });
  });

  it('the pool of another store: refused, and nothing is changed', async () => {
    const first = await drivers.start('four');
    await newVolume(first.client);
    const before = await controllerState(first);
    const { poolDir } = first.options;
    for (const services of [['controller'], ['controller', 'node']] as const) {
      const start = drivers.start(`five ${services.join(' ')}`, {
        poolDir,
        services: [...services],
      });
      const error = await rejectionOf(start, PoolError);
      expect(error.message).to.include(poolDir).and.include('pool rebuild');
    }
    expect(await controllerState(first)).to.deep.equal(before);
  });

  it('after a refused start the state is free again', async () => {
    const { stop, options } = await drivers.start('six');
    const { poolDir } = options;
    await rejectionOf(drivers.start('seven', { poolDir }), PoolError);
    const seven = await drivers.start('seven');
    await newVolume(seven.client);
    await stop();
    await drivers.start('six');
  });
});
