import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { get } from 'node:http';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { expect } from 'chai';
import { connect, type Client } from '../../src/csi/client.js';
import type { CallRecord, Driver } from '../../src/index.js';
import { ask } from '../admin/site.js';
import { mountsBelow } from '../host/scratch.js';
import { withDrivers } from './drivers.js';
import { eventually } from './eventually.js';
import { newVolume } from './new-volume.js';
import { refused } from './refusal.js';
import { mountCapability } from './test-volume.js';

describe('a driver that is watched and steered', () => {
  const drivers = withDrivers();
  let driver: Driver;
  let client: Client;
  let count = 0;

  beforeEach(async () => {
    count += 1;
    driver = drivers.create(`driver ${count}`, {
      callLogFile: drivers.scratch.path(`calls-${count}`),
    });
    await driver.start();
    client = connect(driver.options.endpoint);
  });
  afterEach(async () => {
    client.close();
    await driver.stop();
  });

  /** A volume that is attached, staged and published, with its paths. */
  async function publishedVolume() {
    const { volume_id } = await newVolume(client);
    const volume_capability = mountCapability('SINGLE_NODE_WRITER');
    const ids = { volume_id, node_id: 'node-1', volume_capability };
    const { publish_context } = await client.controller.ControllerPublishVolume(ids);
    const directory = drivers.scratch.path(`place-${count}`);
    const [staging, target] = [join(directory, 'staging'), join(directory, 'target')];
    mkdirSync(staging, { recursive: true });
    const request = { volume_id, volume_capability, publish_context, staging_target_path: staging };
    await client.node.NodeStageVolume(request);
    await client.node.NodePublishVolume({ ...request, target_path: target });
    return { id: volume_id, staging, target };
  }

  async function takeDown(id: string, staging: string, target: string): Promise<void> {
    await client.node.NodeUnpublishVolume({ volume_id: id, target_path: target });
    await client.node.NodeUnstageVolume({ volume_id: id, staging_target_path: staging });
    await client.controller.ControllerUnpublishVolume({ volume_id: id, node_id: 'node-1' });
    await client.controller.DeleteVolume({ volume_id: id });
  }

  it('finds the deletion of a volume by its name, though nothing else asked for it by its id', async () => {
    const { volume_id } = await newVolume(client, { name: 'pvc-short' });
    await client.controller.DeleteVolume({ volume_id });
    expect(driver.calls.list({ volume: 'pvc-short' }).map(({ rpc }) => rpc)).to.deep.equal([
      'CreateVolume',
      'DeleteVolume',
    ]);
  });

  it('finds every call about a volume by its name', async () => {
    const { id, staging, target } = await publishedVolume();
    const name = driver.volume(id)?.name ?? '';
    driver.calls.reset();
    await takeDown(id, staging, target);
    expect(driver.calls.list({ volume: name }).map(({ rpc }) => rpc)).to.deep.equal([
      'NodeUnpublishVolume',
      'NodeUnstageVolume',
      'ControllerUnpublishVolume',
      'DeleteVolume',
    ]);
  });

  it('has every call in its log, in memory and in the file', async () => {
    await client.identity.Probe({});
    await refused(client.node.NodePublishVolume({ volume_id: 'v' }), 'INVALID_ARGUMENT');
    await eventually(() => expect(driver.calls.list()).to.have.lengthOf(2));
    expect(driver.calls.list().map(({ rpc, code, node }) => [rpc, code, node])).to.deep.equal([
      ['Probe', 'OK', 'node-1'],
      ['NodePublishVolume', 'INVALID_ARGUMENT', 'node-1'],
    ]);
    const lines = readFileSync(driver.options.callLogFile, 'utf8').trimEnd().split('\n');
    const written: unknown[] = lines.map((line) => JSON.parse(line));
    expect(written).to.deep.equal(driver.calls.list());
  });

  it('answers at the admin socket what its functions answer', async () => {
    const { id, staging, target } = await publishedVolume();
    const at = (path: string) => ask(driver.options.adminSocket, 'GET', path);
    expect((await at('/v1/volumes')).body).to.deep.equal({ volumes: driver.volumes() });
    expect((await at(`/v1/volumes/${id}`)).body).to.deep.equal({ volume: driver.volume(id) });
    expect((await at('/v1/nodes')).body).to.deep.equal({ nodes: driver.nodes() });
    expect((await at('/v1/calls')).body).to.deep.equal({ calls: driver.calls.list() });
    expect((await at('/v1/faults')).body).to.deep.equal({ rules: driver.faults.list() });
    expect(driver.volumes()).to.have.lengthOf(1);
    expect(driver.volume(id)).to.deep.include({
      attachments: [{ node: 'node-1', capability: 'SINGLE_NODE_WRITER (mount)', readonly: false }],
      stagings: [
        {
          node: 'node-1',
          path: staging,
          capability: 'SINGLE_NODE_WRITER (mount)',
          mounted: true,
        },
      ],
      publications: [
        {
          node: 'node-1',
          path: target,
          capability: 'SINGLE_NODE_WRITER (mount)',
          readonly: false,
          mounted: true,
        },
      ],
    });
    expect(driver.nodes()).to.deep.include.members([
      {
        id: 'node-1',
        served: true,
        topology: { 'topology.mock.csi.test/node': 'node-1' },
        maxVolumes: 0,
        attached: 1,
        staged: 1,
        published: 1,
      },
    ]);
    await takeDown(id, staging, target);
  });

  it('reports a volume as abnormal for as long as it is told to', async () => {
    const { volume_id } = await newVolume(client);
    driver.setHealth(volume_id, 'a disk is gone');
    driver.setHealth(volume_id, 'two disks are gone');
    expect(driver.volume(volume_id)).to.include({ abnormal: 'two disks are gone' });
    driver.setHealth(volume_id, undefined);
    expect(driver.volume(volume_id)).not.to.have.property('abnormal');
    expect(() => driver.setHealth('nothing', 'x')).to.throw('nothing does not exist');
  });

  it('clears a publication, then the staging, then the attachment, and says so', async () => {
    const { id, staging, target } = await publishedVolume();
    await refused(driver.clearMount(id, staging), 'FAILED_PRECONDITION');
    expect(mountsBelow(staging)).to.have.lengthOf(1);
    expect(await driver.clearMount(id, target)).to.deep.equal({
      what: 'publication',
      volume: id,
      node: 'node-1',
      path: target,
      unmounted: true,
      notes: [],
    });
    expect(existsSync(target)).to.equal(false);
    expect(await driver.clearMount(id, staging)).to.include({ what: 'staging', unmounted: true });
    expect(await driver.clearAttachment(id, 'node-1')).to.include({ what: 'attachment' });
    expect(driver.volume(id)).to.deep.include({ attachments: [], stagings: [], publications: [] });
    await refused(driver.clearMount(id, target), 'NOT_FOUND');
    await refused(driver.clearAttachment(id, 'node-1'), 'NOT_FOUND');
    await client.controller.DeleteVolume({ volume_id: id });
  });

  it('clears a record whose mount is gone, and leaves alone what is there instead', async () => {
    const { id, staging, target } = await publishedVolume();
    execFileSync('umount', [target]);
    writeFileSync(join(target, 'foreign'), 'precious');
    expect(driver.volume(id)?.publications).to.have.lengthOf(1);
    expect(driver.volume(id)?.publications[0]).to.include({ mounted: false });
    const cleared = await driver.clearMount(id, target);
    expect(cleared).to.include({ what: 'publication', unmounted: false });
    expect(cleared.notes.join()).to.contain('left alone').and.to.contain(target);
    expect(readFileSync(join(target, 'foreign'), 'utf8')).to.equal('precious');
    expect(driver.volume(id)?.publications).to.deep.equal([]);
    await driver.clearMount(id, staging);
    await driver.clearAttachment(id, 'node-1');
    await client.controller.DeleteVolume({ volume_id: id });
  });

  it('never unmounts what is mounted by somebody else', async () => {
    const { id, staging, target } = await publishedVolume();
    execFileSync('umount', [target]);
    execFileSync('mount', ['-t', 'tmpfs', 'foreign', target]);
    try {
      expect(await driver.clearMount(id, target)).to.include({ unmounted: false });
      expect(mountsBelow(target)).to.have.lengthOf(1);
    } finally {
      execFileSync('umount', [target]);
    }
    await driver.clearMount(id, staging);
    await driver.clearAttachment(id, 'node-1');
    await client.controller.DeleteVolume({ volume_id: id });
  });

  it('says that an attachment is cleared under a node that still has the volume', async () => {
    const { id, staging, target } = await publishedVolume();
    const { notes } = await driver.clearAttachment(id, 'node-1');
    expect(notes.join()).to.contain(`node-1 at ${staging}`);
    await takeDown(id, staging, target);
  });

  it('ends what waits and follows when it stops, after the calls in flight', async () => {
    const { adminSocket } = driver.options;
    const seen: CallRecord[] = [];
    driver.calls.follow((call) => seen.push(call));
    const waiting = ask(adminSocket, 'GET', '/v1/calls/wait?rpc=CreateVolume');
    const following = followedLines(adminSocket);
    await eventually(async () => {
      await client.identity.Probe({});
      expect(following.lines.length).to.be.greaterThan(0);
    });
    await driver.stop();
    expect((await waiting).body).to.deep.equal({ call: null });
    await following.ended;
    expect(following.lines.length).to.be.at.most(seen.length);
    expect(existsSync(adminSocket)).to.equal(false);
  });
});

/** Follows the calls as any HTTP client would. */
function followedLines(socketPath: string): { lines: string[]; ended: Promise<void> } {
  const lines: string[] = [];
  const ended = new Promise<void>((resolve, reject) => {
    const sent = get({ socketPath, path: '/v1/calls/follow' }, (response) => {
      createInterface({ input: response })
        .on('line', (line) => lines.push(line))
        .once('close', resolve);
    });
    sent.once('error', reject);
  });
  return { lines, ended };
}
