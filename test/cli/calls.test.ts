import { expect } from 'chai';
import { dispatch } from '../../src/cli/dispatch.js';
import { withDrivers, type RunningDriver } from '../integration/drivers.js';
import { eventually } from '../integration/eventually.js';
import { refused } from '../integration/refusal.js';
import { FakeIo } from './fake-io.js';

describe('calls', () => {
  const drivers = withDrivers();
  let io = new FakeIo();
  let driver: RunningDriver;
  const calls = (...argv: string[]): Promise<number> =>
    dispatch(['calls', ...argv], { CSIMOCK_STATE_DIR: driver.options.stateDir }, io);
  const records = (): Record<string, unknown>[] =>
    io.stdout.text
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line));

  before(async () => {
    driver = await drivers.start('driver');
  });
  beforeEach(async () => {
    io = new FakeIo();
    await calls('--reset');
  });

  async function twoCalls(): Promise<void> {
    await driver.client.identity.Probe({});
    await refused(driver.client.node.NodeUnpublishVolume({ volume_id: 'v' }), 'INVALID_ARGUMENT');
  }

  it('shows the calls as a table', async () => {
    await twoCalls();
    expect(await calls()).to.equal(0);
    const lines = io.stdout.text.trimEnd().split('\n');
    expect(lines).to.have.lengthOf(3);
    expect(lines[0]).to.match(/^ID +BEGUN +NODE +RPC +CODE +MS +ABOUT$/);
    expect(lines[1]).to.match(/^\d+ +\S+Z +node-1 +Probe +OK +[\d.]+$/);
    expect(lines[2]).to.match(/ NodeUnpublishVolume +INVALID_ARGUMENT +[\d.]+ +v target_path/);
  });

  it('shows what each call is about', async () => {
    const { controller } = driver.client;
    const { volume } = await controller.CreateVolume({
      name: 'claim',
      volume_capabilities: [{ mount: {}, access_mode: { mode: 'SINGLE_NODE_WRITER' } }],
    });
    const { snapshot } = await controller.CreateSnapshot({
      name: 'backup',
      source_volume_id: volume?.volume_id ?? '',
    });
    await controller.DeleteSnapshot({ snapshot_id: snapshot?.snapshot_id ?? '' });
    await controller.DeleteVolume({ volume_id: volume?.volume_id ?? '' });
    await refused(controller.CreateSnapshot({ source_volume_id: 'gone' }), 'INVALID_ARGUMENT');
    expect(await calls()).to.equal(0);
    const about = io.stdout.text
      .trimEnd()
      .split('\n')
      .slice(1)
      .map((line) => line.split(/ +/)[6]);
    expect(about).to.deep.equal([
      volume?.volume_id,
      snapshot?.snapshot_id,
      snapshot?.snapshot_id,
      volume?.volume_id,
      'gone',
    ]);
  });

  it('writes a line for each call as JSON', async () => {
    await twoCalls();
    expect(await calls('--json')).to.equal(0);
    expect(records().map(({ rpc, code }) => [rpc, code])).to.deep.equal([
      ['Probe', 'OK'],
      ['NodeUnpublishVolume', 'INVALID_ARGUMENT'],
    ]);
  });

  for (const [argv, rpcs] of [
    [['--rpc=probe'], ['Probe']],
    [['--volume=v'], ['NodeUnpublishVolume']],
    [['--node=node-1', '--code=ok'], ['Probe']],
    [['--last=1'], ['NodeUnpublishVolume']],
    [['--last=0'], []],
    [['--node=node-2'], []],
    [['--path=/x'], []],
  ] as const) {
    it(`picks with ${argv.join(' ')}`, async () => {
      await twoCalls();
      expect(await calls('--json', ...argv)).to.equal(0);
      expect(records().map(({ rpc }) => rpc)).to.deep.equal(rpcs);
    });
  }

  it('shows no control characters of others', async () => {
    const volume_id = 'a\u001b[31mb';
    await refused(driver.client.node.NodeUnpublishVolume({ volume_id }), 'INVALID_ARGUMENT');
    await calls();
    expect(io.stdout.text).not.to.contain('\u001b');
    expect(io.stdout.text).to.contain(String.raw`a\u{1b}[31mb`);
  });

  it('waits for a call', async () => {
    const waiting = calls('--wait', 'NodeGetInfo code=OK', '--timeout=60s', '--json');
    await driver.client.identity.Probe({});
    await driver.client.node.NodeGetInfo({});
    expect(await waiting).to.equal(0);
    expect(records().map(({ rpc }) => rpc)).to.deep.equal(['NodeGetInfo']);
  });

  it('does not wait for a call that is there', async () => {
    await driver.client.identity.Probe({});
    expect(await calls('--wait=Probe', '--timeout=0')).to.equal(0);
    expect(io.stdout.text).to.contain(' Probe ');
  });

  it('ends with 1 when no such call comes', async () => {
    await driver.client.identity.Probe({});
    expect(await calls('--wait=Probe code=ABORTED', '--timeout=20ms')).to.equal(1);
    expect(io.stdout.text).to.equal('');
    expect(io.stderr.text).to.equal('csi-mock calls: no such call came: Probe code=ABORTED\n');
  });

  it('follows until the driver stops', async () => {
    const other = await drivers.start('other');
    const env = { CSIMOCK_STATE_DIR: other.options.stateDir };
    const following = dispatch(['calls', '--follow', '--rpc=Probe'], env, io);
    await eventually(async () => {
      await other.client.identity.Probe({});
      expect(io.stdout.text).to.contain('  Probe  OK  ');
    });
    await other.stop();
    expect(await following).to.equal(0);
    expect(io.stderr.text).to.equal('');
  });

  it('finds the driver by its socket, too', async () => {
    const { adminSocket } = driver.options;
    expect(await dispatch(['calls', '--admin-socket', adminSocket], {}, io)).to.equal(0);
    const env = { CSIMOCK_ADMIN_SOCKET: adminSocket };
    expect(await dispatch(['calls'], env, io)).to.equal(0);
  });

  it('ends with 1 where no driver answers, and says how to name one', async () => {
    const stateDir = drivers.scratch.path('nobody');
    expect(await dispatch(['calls', `--state-dir=${stateDir}`], {}, io)).to.equal(1);
    expect(io.stderr.text).to.match(/no driver answers at .*nobody\/admin\.sock \(ENOENT\)/);
    expect(io.stderr.text).to.contain('--admin-socket').and.to.contain('--state-dir');
  });

  for (const [argv, message] of [
    [['--rpc=Prob'], 'CSI v1.5 has no RPC "Prob"'],
    [['--wait=Probe color=red'], 'got "color=red"'],
    [['--wait=Probe', '--follow'], '--follow and --wait do not go together'],
    [['--reset', '--volume=v'], '--reset and --volume do not go together'],
    [['--reset', '--json'], '--reset and --json do not go together'],
    [['--reset', '--last=1'], '--reset and --last do not go together'],
    [['--follow', '--last=1'], '--follow and --last do not go together'],
    [['--wait=Probe', '--last=1'], '--wait and --last do not go together'],
    [['--follow', '--timeout=1s'], '--follow and --timeout do not go together'],
    [['--timeout=1s'], '--timeout needs --wait'],
    [['--wait=Probe code=OK', '--code=ABORTED'], '--wait and --code both give code'],
    [['--code=OKAY'], '"OKAY" is the name of no gRPC code; did you mean OK?'],
    [['--timeout=soon', '--wait=Probe'], 'option timeout: expected a time'],
    [['--last=x'], 'option last: expected a whole number'],
    [['Probe'], "unexpected argument 'Probe'"],
    [['--voluem=x'], 'did you mean --volume?'],
    [['--admin-socket='], 'no admin socket'],
  ] as const) {
    it(`ends with 2 for ${argv.join(' ')}`, async () => {
      expect(await calls(...argv)).to.equal(2);
      expect(io.stdout.text).to.equal('');
      expect(io.stderr.text).to.contain(message).and.to.contain('csi-mock calls --help');
    });
  }
});
