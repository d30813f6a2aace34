import { execFile, type ExecFileException } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { dispatch } from '../../src/cli/dispatch.js';
import { withDrivers, type RunningDriver } from '../integration/drivers.js';
import { FakeIo } from './fake-io.js';

const SECRET = 'hunter2';
const CLI = fileURLToPath(new URL('../../src/cli.cjs', import.meta.url));

describe('call', () => {
  const drivers = withDrivers();
  let io = new FakeIo();
  let driver: RunningDriver;
  const call = (...argv: string[]): Promise<number> =>
    dispatch(['call', ...argv], { CSI_ENDPOINT: driver.options.endpoint }, io);
  const volumes = async (): Promise<number> =>
    (await driver.client.controller.ListVolumes({})).entries.length;

  before(async () => {
    driver = await drivers.start('driver');
  });
  beforeEach(() => {
    io = new FakeIo();
  });
  afterEach(async () => {
    const { entries } = await driver.client.controller.ListVolumes({});
    for (const { volume } of entries) {
      await driver.client.controller.DeleteVolume({ volume_id: volume?.volume_id ?? '' });
    }
  });

  const CREATE = [
    'create-volume',
    '--name=v1',
    '--capacity-range.required-bytes=1Mi',
    '--volume-capabilities.mount.fs-type',
    'ext4',
    '--volume-capabilities.access-mode.mode=SINGLE_NODE_WRITER',
    '--volume-capabilities.1.mount',
    '--volume-capabilities.1.access-mode.mode=SINGLE_NODE_MULTI_WRITER',
  ];

  async function create(...more: string[]): Promise<string> {
    expect(await call(...CREATE, '--format=json', ...more), io.stderr.text).to.equal(0);
    const { volume }: { volume: { volume_id: string } } = JSON.parse(io.stdout.text);
    io = new FakeIo();
    return volume.volume_id;
  }

  it('shows an answer as text', async () => {
    expect(await call('GetPluginInfo')).to.equal(0);
    expect(io.stdout.text).to.match(/^name: mock\.csi\.test\nvendor_version: \S+\n$/);
  });

  it('shows lists in text, item by item', async () => {
    expect(await call('node-get-capabilities')).to.equal(0);
    expect(io.stdout.text).to.contain('capabilities:\n  - rpc:\n      type: ');
  });

  it('shows an answer without fields as OK', async () => {
    const id = await create();
    expect(await call('DeleteVolume', '--volume-id', id)).to.equal(0);
    expect(io.stdout.text).to.equal('OK\n');
    expect(await volumes()).to.equal(0);
  });

  it('sends fields that are given as flags, in lists of messages by number', async () => {
    const id = await create();
    const { volume } = await driver.client.controller.ControllerGetVolume({ volume_id: id });
    expect(volume?.capacity_bytes).to.equal('1048576');
    const [first, second] = ['SINGLE_NODE_WRITER', 'SINGLE_NODE_MULTI_WRITER'] as const;
    const confirmed = await driver.client.controller.ValidateVolumeCapabilities({
      volume_id: id,
      volume_capabilities: [first, second].map((mode) => ({ mount: {}, access_mode: { mode } })),
    });
    expect(confirmed.confirmed).not.to.equal(null);
  });

  it('sends a request of JSON, and flags on top of it', async () => {
    const id = await create();
    const request = JSON.stringify({
      volume_id: 'another',
      node_id: driver.options.nodeId,
      volume_capability: { mount: {}, access_mode: { mode: 'SINGLE_NODE_WRITER' } },
      readonly: true,
    });
    const file = drivers.scratch.path('request.json');
    writeFileSync(file, request);
    const argv = [`--volume-id=${id}`, '--readonly=false'];
    expect(await call('ControllerPublishVolume', `--json=@${file}`, ...argv)).to.equal(0);
    expect(await call('ControllerPublishVolume', '--json', request, ...argv)).to.equal(0);
    expect(await call('ControllerPublishVolume', '--json', request, argv[0] ?? '')).to.equal(1);
    expect(io.stderr.text).to.contain('ControllerPublishVolume: ALREADY_EXISTS: ');
    expect(await call('ControllerUnpublishVolume', argv[0] ?? '')).to.equal(0);
  });

  it('reads a request from standard input', async () => {
    const { code, stdout } = await new Promise<{
      readonly code: ExecFileException['code'];
      readonly stdout: string;
    }>((resolve) => {
      const argv = [CLI, 'call', 'ListVolumes', '--json', '-', '--format=json'];
      const env = { ...process.env, CSI_ENDPOINT: driver.options.endpoint };
      const child = execFile(process.execPath, argv, { env }, (error, out) =>
        resolve({ code: error?.code, stdout: out }),
      );
      child.stdin?.end('{"max_entries": 1}');
    });
    expect({ code, stdout }).to.deep.equal({
      code: undefined,
      stdout: '{\n  "next_token": ""\n}\n',
    });
  });

  it('a refusal ends with 1, its code and message', async () => {
    const argv = ['--volume-id=missing', '--node-id=node-1'];
    expect(await call('ControllerPublishVolume', ...argv)).to.equal(1);
    expect(io.stdout.text).to.equal('');
    expect(io.stderr.text).to.match(
      /^csi-mock call ControllerPublishVolume: INVALID_ARGUMENT: volume_capability is required\n$/,
    );
  });

  it('ends with 1 when nobody answers', async () => {
    const endpoint = drivers.scratch.path('nobody.sock');
    expect(await call('Probe', '--endpoint', endpoint)).to.equal(1);
    expect(io.stderr.text).to.contain('csi-mock call Probe: UNAVAILABLE: ');
  });

  it('sends the secrets of a file for the RPC, and never shows them', async () => {
    const file = drivers.scratch.path('secrets.yaml');
    writeFileSync(file, `CreateVolumeSecret: { key: ${SECRET} }\n`);
    const argv = ['--secrets', file, '--volume-capabilities.2.mount'];
    expect(await call(...CREATE, ...argv)).to.equal(1);
    expect(io.stderr.text).to.contain('INVALID_ARGUMENT');
    await create('--secrets', file);
    writeFileSync(file, `CreateVolumeSecret: ${SECRET}\n`);
    expect(await call('CreateVolume', '--secrets', file)).to.equal(2);
    expect(io.stderr.text + io.stdout.text).not.to.contain(SECRET);
  });

  for (const [argv, message] of [
    [['DeleteVolme'], "there is no RPC 'DeleteVolme'; did you mean DeleteVolume?"],
    [['delete-volme'], "there is no RPC 'delete-volme'; did you mean delete-volume?"],
    [[], 'call needs the name of an RPC'],
    [['DeleteVolume', '--volum-id=1'], 'no field --volum-id; did you mean --volume-id?'],
    [['DeleteVolume', '--volume-id'], 'option volume-id: expected a value, got nothing'],
    [['DeleteVolume', 'vol-1'], "unexpected argument 'vol-1'"],
    [['Probe', '--secrets=x'], 'Probe takes no secrets'],
    [['Probe', '--deadline=soon'], 'option deadline: expected a time'],
    [['Probe', '--format=yaml'], 'option format: expected text or json'],
    [['Probe', '--endpoint=tcp://x'], 'option endpoint: expected the address of a unix socket'],
    [['ListVolumes', '--max-entries=many'], 'option max-entries: expected a whole number'],
    [['ListVolumes', '--max-entries=2Gi'], 'option max-entries: expected a whole number'],
    [
      ['NodePublishVolume', '--volume-capability.acess-mode.mode=1'],
      "VolumeCapability has no field 'acess-mode'; did you mean access-mode?",
    ],
    [
      ['NodePublishVolume', '--volume-capability.access-mode.mode=single_node_writr'],
      'did you mean SINGLE_NODE_WRITER?',
    ],
    [['NodePublishVolume', '--readonly=maybe'], 'option readonly: expected true or false'],
    [
      ['NodePublishVolume', '--volume-id.x=1'],
      'field volume-id of NodePublishVolumeRequest has no',
    ],
    [['CreateVolume', '--parameters=x'], 'option parameters: expected key=value'],
    [['CreateVolume', '--volume-capabilities.100.mount'], 'use --json'],
    [
      ['CreateVolume', `--json={"secrets": "${SECRET}"}`],
      'option json.secrets: expected an object',
    ],
    [['CreateVolume', `--json={"secrets": {"a": ["${SECRET}"]}}`], 'expected a string under "a"'],
    [['CreateVolume', `--json={${SECRET}`], 'option json: is not JSON'],
    [['CreateVolume', '--json={"nam": "v"}'], "has no field 'nam'; did you mean name?"],
    [['CreateVolume', '--json={"name": 3}'], 'option json.name: expected a string'],
    [['CreateVolume', '--json={"volume_capabilities": {}}'], 'expected a list'],
    [['CreateVolume', '--json=@/nothing/there'], 'option json: ENOENT'],
  ] as const) {
    it(`call ${argv.join(' ')} ends with 2, and calls nobody`, async () => {
      expect(await call(...argv)).to.equal(2);
      expect(io.stdout.text).to.equal('');
      expect(io.stderr.text).to.contain(message).and.not.to.contain(SECRET);
      expect(await volumes()).to.equal(0);
    });
  }

  it('lists all RPCs in its help', async () => {
    expect(await call('--help')).to.equal(0);
    for (const name of ['Probe', 'CreateVolume', 'ControllerGetVolume', 'NodeGetInfo']) {
      expect(io.stdout.text).to.contain(`\n  ${name}\n`);
    }
  });

  it("lists an RPC's fields with their types and comments", async () => {
    expect(await call('CreateVolume', '--help')).to.equal(0);
    const text = io.stdout.text.replaceAll(/\s+/g, ' ');
    expect(text).to.contain(' --name TEXT Required. The same name always means the same volume');
    expect(text).to.contain(' --capacity-range.required-bytes SIZE The least size that will do.');
    expect(text).to.contain(
      ' --volume-capabilities.access-mode.mode NAME Required. UNKNOWN, SINGLE',
    );
    expect(text).to.contain(' --parameters KEY=VALUE ');
    expect(text.split(' --secrets ')).to.have.length(2);
  });
});
