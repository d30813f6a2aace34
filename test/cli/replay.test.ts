import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { dispatch } from '../../src/cli/dispatch.js';
import type { Client } from '../../src/csi/client.js';
import { mountsBelow } from '../host/scratch.js';
import { withDrivers } from '../integration/drivers.js';
import { eventually } from '../integration/eventually.js';
import { newVolume } from '../integration/new-volume.js';
import { refused } from '../integration/refusal.js';
import { mountCapability } from '../integration/test-volume.js';
import { FakeIo } from './fake-io.js';

/** What a CO does with a volume, in order and out of it. */
async function life(client: Client, directory: string): Promise<void> {
  const volume_capability = mountCapability('SINGLE_NODE_WRITER', { mount_flags: ['noatime'] });
  const capabilities = { volume_capabilities: [volume_capability] };
  const { volume_id } = await newVolume(client, { ...capabilities, secrets: { a: 'b' } });
  const { node_id } = await client.node.NodeGetInfo({});
  const ids = { volume_id, volume_capability };
  const staging_target_path = join(directory, 'staging');
  const target_path = join(directory, 'pods', 'target');
  mkdirSync(staging_target_path, { recursive: true });
  mkdirSync(join(directory, 'pods'), { recursive: true });
  await refused(client.node.NodePublishVolume({ ...ids, target_path }), 'FAILED_PRECONDITION');
  const { publish_context } = await client.controller.ControllerPublishVolume({
    ...ids,
    node_id,
  });
  const request = { ...ids, publish_context, staging_target_path };
  await client.node.NodeStageVolume(request);
  await client.node.NodePublishVolume({ ...request, target_path });
  const other = { ...request, target_path: `${target_path}-2` };
  await refused(client.node.NodePublishVolume(other), 'FAILED_PRECONDITION');
  await refused(client.controller.DeleteVolume({ volume_id }), 'FAILED_PRECONDITION');
  await client.node.NodeUnpublishVolume({ volume_id, target_path });
  await client.node.NodeUnstageVolume({ volume_id, staging_target_path });
  await client.controller.ControllerUnpublishVolume({ volume_id, node_id });
  await client.controller.DeleteVolume({ volume_id });
}

describe('replay', () => {
  const drivers = withDrivers();
  let io: FakeIo;
  let count = 0;
  const replay = (...argv: string[]): Promise<number> => {
    io = new FakeIo();
    return dispatch(['replay', ...argv], {}, io);
  };
  const logOf = (...records: readonly object[]): string => {
    count += 1;
    const file = drivers.scratch.path(`log-${count}`);
    writeFileSync(file, records.map((record) => `${JSON.stringify(record)}\n`).join(''));
    return file;
  };

  it('finds that a driver answers as it did, and leaves nothing behind', async () => {
    const callLogFile = drivers.scratch.path('calls.ndjson');
    const first = await drivers.start('first', { callLogFile });
    await life(first.client, drivers.scratch.path('place'));
    await first.stop();
    const second = await drivers.start('second', { nodeId: 'another-node' });
    const directory = drivers.scratch.path('replay');
    const endpoint = `--endpoint=${second.options.endpoint}`;
    expect(
      await replay(callLogFile, endpoint, `--directory=${directory}`),
      io.stdout.text,
    ).to.equal(0);
    expect(io.stdout.text).to.equal('calls sent: 12, answered otherwise: 0\n');
    expect((await second.client.controller.ListVolumes({})).entries).to.deep.equal([]);
    expect(mountsBelow(directory)).to.deep.equal([]);
    expect(readdirSync(directory)).to.deep.equal([]);
    await second.stop();
  });

  it('tells which answers differ, and ends with 1', async () => {
    const driver = await drivers.start('differing');
    const log = logOf(
      { rpc: 'Probe', code: 'OK', request: {}, response: {} },
      { rpc: 'DeleteVolume', code: 'OK', request: {}, response: {} },
      { rpc: 'NodeGetInfo', code: 'ABORTED', request: {}, response: null },
    );
    expect(await replay(log, `--endpoint=${driver.options.endpoint}`)).to.equal(1);
    const lines = io.stdout.text.trimEnd().split('\n');
    expect(lines).to.have.lengthOf(3);
    expect(lines[0]).to.match(/^line 2: DeleteVolume: was OK, is INVALID_ARGUMENT: volume_id/);
    expect(lines[1]).to.equal('line 3: NodeGetInfo: was ABORTED, is OK');
    expect(lines[2]).to.equal('calls sent: 3, answered otherwise: 2');
    await driver.stop();
  });

  it('leaves out what cannot be sent, and says why', async () => {
    const driver = await drivers.start('incomplete');
    const log = logOf(
      { rpc: 'Frobnicate', code: 'OK', request: {} },
      { rpc: 'Probe', code: 'INTERNAL', request: null },
      { rpc: 'Probe', code: 'OK', request: {}, cut: true },
      { hello: 'world' },
      { rpc: 'Probe', code: 'OK', request: {} },
    );
    writeFileSync(log, `${readFileSync(log, 'utf8')}\n{"rpc": "Pro`);
    expect(await replay(log, `--endpoint=${driver.options.endpoint}`)).to.equal(0);
    expect(io.stdout.text.trimEnd().split('\n')).to.deep.equal([
      'line 1: left out: Frobnicate is no RPC of CSI v1.5',
      'line 2: left out: its request could not be read',
      'line 3: left out: its messages were too large to keep',
      'line 4: left out: it is no line of a call log: rpc or code is missing',
      'line 7: left out: it is no JSON',
      'calls sent: 1, answered otherwise: 0, lines left out: 5',
    ]);
    await driver.stop();
  });

  it('sends the secrets of a file', async () => {
    const secrets = drivers.scratch.path('secrets.yaml');
    writeFileSync(secrets, 'CreateVolumeSecret:\n  password: hunter2\n');
    const driver = await drivers.start('secret', { secretsFile: secrets });
    const log = logOf({
      rpc: 'CreateVolume',
      code: 'OK',
      request: {
        name: 'a',
        volume_capabilities: [{ mount: {}, access_mode: { mode: 'SINGLE_NODE_WRITER' } }],
        secrets: { '[redacted]': '[redacted]' },
      },
    });
    const endpoint = `--endpoint=${driver.options.endpoint}`;
    expect(await replay(log, endpoint)).to.equal(1);
    expect(io.stdout.text).to.contain('was OK, is INVALID_ARGUMENT');
    expect(await replay(log, endpoint, `--secrets=${secrets}`)).to.equal(0);
    await driver.stop();
  });

  it('keeps its own directory where something is left mounted, and says where', async () => {
    const callLogFile = drivers.scratch.path('half.ndjson');
    const first = await drivers.start('half', { callLogFile });
    await life(first.client, drivers.scratch.path('half-place'));
    await first.stop();
    const half = drivers.scratch.path('half-log');
    const lines = readFileSync(callLogFile, 'utf8').split('\n');
    const staged = lines.findIndex((line) => line.includes('"NodeStageVolume"'));
    writeFileSync(half, lines.slice(0, staged + 1).join('\n'));
    const second = await drivers.start('half-again');
    expect(await replay(half, `--endpoint=${second.options.endpoint}`)).to.equal(0);
    const [, left = ''] = /left over: (\S+)\n/.exec(io.stderr.text) ?? [];
    expect(existsSync(left)).to.equal(true);
    const { entries } = await second.client.controller.ListVolumes({});
    for (const { volume } of entries) {
      const staging_target_path = join(left, drivers.scratch.path('half-place'), 'staging');
      const volume_id = volume?.volume_id ?? '';
      await second.client.node.NodeUnstageVolume({ volume_id, staging_target_path });
    }
    await eventually(() => expect(mountsBelow(left)).to.deep.equal([]));
    rmSync(left, { recursive: true });
    await second.stop();
  });

  for (const [argv, message] of [
    [[], 'replay needs the file of a call log'],
    [['/does/not/exist', '--endpoint=unix:///x'], 'ENOENT'],
    [['log'], 'replay needs --endpoint, or CSI_ENDPOINT'],
    [['log', '--endpoint=tcp://x'], 'option endpoint'],
    [['log', '--endpoint=/x', '--deadline=soon'], 'option deadline'],
    [['log', '--directry=/x'], 'did you mean --directory?'],
  ] as const) {
    it(`ends with 2 for ${argv.join(' ') || 'nothing'}`, async () => {
      expect(await replay(...argv)).to.equal(2);
      expect(io.stderr.text).to.contain(message).and.to.contain('csi-mock replay --help');
    });
  }
});
