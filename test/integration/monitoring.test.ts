import { once } from 'node:events';
import { connect as dial } from 'node:net';
import { expect } from 'chai';
import { connect, type Client } from '../../src/csi/client.js';
import { createDriver, type Driver } from '../../src/index.js';
import { ListenError } from '../../src/server/listener.js';
import { isRoot, scratch, type Scratch } from '../host/scratch.js';
import { rejectionOf } from '../store/rejection.js';
import { createRequest, newVolume } from './new-volume.js';
import { refused } from './refusal.js';
import { mountCapability } from './test-volume.js';

describe('metrics and health over HTTP', () => {
  let place: Scratch | undefined;
  let driver: Driver | undefined;
  let client: Client | undefined;

  before(async function () {
    if (!isRoot) this.skip();
    place = scratch();
    driver = createDriver({
      stateDir: place.path('state'),
      nodeId: 'node-1',
      logLevel: 'silent',
      sync: 'never',
      httpEndpoint: '127.0.0.1:0',
      attach: false,
    });
    await driver.start();
    client = connect(driver.options.endpoint);
  });
  after(async () => {
    client?.close();
    await driver?.stop();
    place?.remove();
  });

  const get = async (path: string, init?: RequestInit) =>
    fetch(`${driver?.httpUrl ?? ''}${path}`, init);
  /** The value of one line of the metrics; undefined when there is none. */
  async function metric(name: string): Promise<number | undefined> {
    const lines = (await (await get('/metrics')).text()).split('\n');
    const line = lines.find((each) => each.startsWith(`${name} `));
    return line === undefined ? undefined : Number(line.slice(name.length + 1));
  }

  it('says that it serves', async () => {
    const response = await get('/healthz');
    expect([response.status, await response.text()]).to.deep.equal([200, 'ok\n']);
    expect(await metric('csi_mock_ready')).to.equal(1);
  });

  it('counts calls by RPC and code, and how long they took', async () => {
    if (client === undefined) throw new Error('the suite has not begun');
    const call = 'csi_mock_calls_total{method="NodeGetInfo",code="OK"}';
    const before = (await metric(call)) ?? 0;
    await client.node.NodeGetInfo({});
    await client.node.NodeGetInfo({});
    expect(await metric(call)).to.equal(before + 2);
    expect(
      await metric('csi_mock_call_duration_seconds_count{method="NodeGetInfo"}'),
    ).to.be.at.least(2);

    await refused(client.controller.ValidateVolumeCapabilities({}), 'INVALID_ARGUMENT');
    expect(
      await metric(
        'csi_mock_calls_total{method="ValidateVolumeCapabilities",code="INVALID_ARGUMENT"}',
      ),
    ).to.equal(1);
  });

  it('tells of volumes and of publications by access mode', async () => {
    if (client === undefined || place === undefined) throw new Error('the suite has not begun');
    const mode = 'SINGLE_NODE_SINGLE_WRITER';
    const volume_capability = mountCapability(mode);
    const { volume_id } = await newVolume(
      client,
      createRequest({
        volume_capabilities: [volume_capability],
        capacity_range: { required_bytes: '4096' },
      }),
    );
    expect(await metric('csi_mock_volumes')).to.equal(1);
    expect(await metric('csi_mock_promised_bytes')).to.equal(4096);
    const staging_target_path = place.make('staging');
    const target_path = place.path('target');
    const publications = () => metric(`csi_mock_publications{access_mode="${mode}"}`);
    await client.node.NodeStageVolume({ volume_id, staging_target_path, volume_capability });
    await client.node.NodePublishVolume({
      volume_id,
      staging_target_path,
      target_path,
      volume_capability,
    });
    expect(await publications()).to.equal(1);
    await client.node.NodeUnpublishVolume({ volume_id, target_path });
    expect(await publications()).to.equal(undefined);
    await client.node.NodeUnstageVolume({ volume_id, staging_target_path });
    await client.controller.DeleteVolume({ volume_id });
    expect(await metric('csi_mock_volumes')).to.equal(0);
  });

  it('counts how often a fault rule has fired', async () => {
    if (client === undefined || driver === undefined) throw new Error('the suite has not begun');
    const [rule] = driver.faults.add('- rpc: NodeGetInfo\n  fail: [UNAVAILABLE]\n');
    await refused(client.node.NodeGetInfo({}), 'UNAVAILABLE');
    await client.node.NodeGetInfo({});
    expect(await metric(`csi_mock_faults_fired_total{rule="${rule ?? ''}"}`)).to.equal(1);
    driver.faults.clear();
  });

  const rows = [
    ['GET', '/', 404],
    ['GET', '/metrics/', 404],
    ['GET', '/../etc/passwd', 404],
    ['GET', '/metrics?x=1', 200],
    ['HEAD', '/healthz', 200],
    ['POST', '/metrics', 405],
    ['DELETE', '/healthz', 405],
  ] as const;
  for (const [method, path, status] of rows) {
    it(`${method} ${path}: ${status}`, async () => {
      const response = await get(path, { method });
      expect(response.status).to.equal(status);
      if (method === 'HEAD') expect(await response.text()).to.equal('');
      expect(response.headers.get('content-security-policy')).to.include("default-src 'none'");
    });
  }

  it('stops although a client holds its connection', async () => {
    if (place === undefined) throw new Error('the suite has not begun');
    const other = createDriver({
      stateDir: place.path('other'),
      services: ['controller'],
      logLevel: 'silent',
      httpEndpoint: '127.0.0.1:0',
    });
    await other.start();
    const held = dial(Number(new URL(other.httpUrl ?? '').port), '127.0.0.1');
    held.on('error', () => undefined);
    await once(held, 'connect');
    await other.stop();
    expect(other.httpUrl).to.equal(undefined);
    if (!held.closed) await once(held.resume(), 'close');
  });

  it('a port that is taken: the driver does not start, and says so', async () => {
    if (place === undefined || driver === undefined) throw new Error('the suite has not begun');
    const { host } = new URL(driver.httpUrl ?? '');
    const other = createDriver({
      stateDir: place.path('third'),
      services: ['controller'],
      logLevel: 'silent',
      httpEndpoint: host,
    });
    const error = await rejectionOf(other.start(), ListenError);
    expect(error.message).to.include(host);
  });
});
