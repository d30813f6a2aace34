import { expect } from 'chai';
import { connect, type Client } from '../../src/csi/client.js';
import type { Driver } from '../../src/index.js';
import { ask } from '../admin/site.js';
import { PATIENCE_MS } from '../patience.js';
import { withDrivers } from './drivers.js';
import { refused } from './refusal.js';
import { mountCapability } from './test-volume.js';
import { heldThreadPool } from './thread-pool.js';

describe('a driver that is starting', () => {
  const drivers = withDrivers();
  let driver: Driver;
  let started: Promise<void>;
  let client: Client;
  let threads: ReturnType<typeof heldThreadPool> | undefined;

  /** Starts a driver, which then waits with its state half open. */
  async function begin(name: string): Promise<void> {
    driver = drivers.create(name);
    threads = heldThreadPool(drivers.scratch);
    started = driver.start();
    client = connect(driver.options.endpoint);
    await client.waitForReady(PATIENCE_MS);
  }
  async function goOn(): Promise<void> {
    await threads?.release();
    threads = undefined;
  }
  afterEach(async () => {
    await goOn();
    client.close();
  });

  it('Probe: OK, not ready; and ready when it is', async () => {
    await begin('probe');
    expect(await client.identity.Probe({})).to.deep.equal({ ready: { value: false } });
    await goOn();
    await started;
    expect(await client.identity.Probe({})).to.deep.equal({ ready: { value: true } });
  });

  it('answers at its admin socket: its calls, and that the rest is not there yet', async () => {
    await begin('admin');
    await client.identity.Probe({});
    const { adminSocket } = driver.options;
    expect(await ask(adminSocket, 'GET', '/v1/calls?rpc=Probe')).to.deep.equal({
      status: 200,
      body: { calls: driver.calls.list({ rpc: 'Probe' }) },
    });
    expect(driver.calls.list({ rpc: 'Probe' })).to.have.lengthOf(1);
    const { status, body } = await ask(adminSocket, 'GET', '/v1/volumes');
    expect(status).to.equal(503);
    expect(body).to.have.nested.property('error.code', 'UNAVAILABLE');
  });

  it('says what it is', async () => {
    await begin('identity');
    expect(await client.identity.GetPluginInfo({})).to.have.property('name', 'mock.csi.test');
    const { capabilities } = await client.identity.GetPluginCapabilities({});
    expect(capabilities).to.have.lengthOf(3);
  });

  it('answers UNAVAILABLE to every other call, and makes nothing', async () => {
    await begin('others');
    const { controller, node } = client;
    const volume_id = 'vol-1';
    const volume_capability = mountCapability('SINGLE_NODE_WRITER');
    const calls = [
      controller.CreateVolume({ name: 'early', volume_capabilities: [volume_capability] }),
      controller.DeleteVolume({ volume_id }),
      controller.ControllerPublishVolume({ volume_id, node_id: 'node-1', volume_capability }),
      controller.ControllerUnpublishVolume({ volume_id }),
      controller.ValidateVolumeCapabilities({ volume_id }),
      controller.ListVolumes({}),
      controller.GetCapacity({}),
      controller.ControllerGetCapabilities({}),
      controller.ControllerExpandVolume({ volume_id }),
      controller.ControllerGetVolume({ volume_id }),
      node.NodeStageVolume({ volume_id }),
      node.NodeUnstageVolume({ volume_id }),
      node.NodePublishVolume({ volume_id }),
      node.NodeUnpublishVolume({ volume_id }),
      node.NodeGetVolumeStats({ volume_id }),
      node.NodeExpandVolume({ volume_id }),
      node.NodeGetCapabilities({}),
      node.NodeGetInfo({}),
    ];
    await Promise.all(calls.map((call) => refused(call, 'UNAVAILABLE', /starting/)));
    await goOn();
    await started;
    expect((await controller.ListVolumes({})).entries).to.deep.equal([]);
  });

  it('that is stopped meanwhile leaves the state to the next one', async () => {
    await begin('stopped');
    const stopped = driver.stop();
    const outcome = started.catch((error: unknown) => error);
    await goOn();
    await stopped;
    expect(await outcome).to.be.an('error');
    const next = await drivers.start('stopped');
    expect((await next.client.controller.ListVolumes({})).entries).to.deep.equal([]);
  });
});
