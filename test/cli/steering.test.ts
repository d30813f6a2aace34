import { writeFileSync } from 'node:fs';
import { expect } from 'chai';
import { dispatch } from '../../src/cli/dispatch.js';
import { withDrivers, type RunningDriver } from '../integration/drivers.js';
import { inlineContext, inlineVolume } from '../integration/inline-volume.js';
import { newVolume } from '../integration/new-volume.js';
import { refused } from '../integration/refusal.js';
import { mountCapability } from '../integration/test-volume.js';
import { FakeIo } from './fake-io.js';

describe('the commands that ask and steer a driver', () => {
  const drivers = withDrivers();
  let io = new FakeIo();
  let driver: RunningDriver;
  let volume_id: string;

  const run = async (...argv: string[]): Promise<number> => {
    io = new FakeIo();
    return dispatch(argv, { CSIMOCK_STATE_DIR: driver.options.stateDir }, io);
  };
  const ok = async (...argv: string[]): Promise<string> => {
    expect(await run(...argv), io.stderr.text).to.equal(0);
    return io.stdout.text;
  };

  before(async () => {
    driver = await drivers.start('driver');
  });
  beforeEach(async () => {
    ({ volume_id } = await newVolume(driver.client));
    await driver.client.controller.ControllerPublishVolume({
      volume_id,
      node_id: 'node-1',
      volume_capability: mountCapability('SINGLE_NODE_WRITER'),
    });
  });
  afterEach(async () => {
    await driver.client.controller.ControllerUnpublishVolume({ volume_id, node_id: 'node-1' });
    await driver.client.controller.DeleteVolume({ volume_id });
  });

  it('volumes shows all, one in full, and JSON', async () => {
    expect(await ok('volumes')).to.match(new RegExp(`\n${volume_id} .* node-1 +0 +0 +ok\n`));
    expect(await ok('volumes', volume_id)).to.contain(
      'attachments:\n  - node-1  SINGLE_NODE_WRITER (mount)\nstagings: none\npublications: none\n',
    );
    const all: { id: string }[] = JSON.parse(await ok('volumes', '--json'));
    expect(all.map(({ id }) => id)).to.deep.equal([volume_id]);
    const one: { id: string } = JSON.parse(await ok('volumes', volume_id, '--json'));
    expect(one.id).to.equal(volume_id);
  });

  it('volumes shows the size of an inline volume, and that it is one', async () => {
    const volume = inlineVolume(drivers.scratch, () => driver.client.node);
    await volume.publish('a', { volume_context: inlineContext({ size: '100Mi' }) });
    const bytes = 100 * 2 ** 20;
    try {
      expect(await ok('volumes')).to.match(
        new RegExp(`\n${volume.id} +\\(inline\\) +${bytes} +- +0 +1 +ok\n`),
      );
      expect(await ok('volumes', volume.id)).to.contain(`name: (inline)\nbytes: ${bytes}\n`);
    } finally {
      await volume.unpublish('a');
    }
  });

  it('nodes shows the nodes', async () => {
    expect(await ok('nodes')).to.match(/\nnode-1 +here +1 +- +0 +0 +\{.*\}\n/);
  });

  it('health makes a volume abnormal, and ok again', async () => {
    expect(await ok('health', volume_id, 'abnormal', 'a disk is gone')).to.equal(
      `${volume_id}: abnormal: a disk is gone\n`,
    );
    expect(await ok('volumes')).to.contain(' abnormal: a disk is gone\n');
    expect(await ok('health', volume_id, 'ok')).to.equal(`${volume_id}: ok\n`);
    expect(await ok('volumes', volume_id)).to.contain('condition: ok\n');
  });

  it('clear takes an attachment away, and says so', async () => {
    expect(await ok('clear', 'attachment', volume_id, 'node-1')).to.equal(
      `attachment of ${volume_id} on node node-1 is forgotten\n`,
    );
    expect(await ok('volumes', volume_id)).to.contain('attachments: none\n');
  });

  it('faults adds rules from a file, which act, and removes them', async () => {
    const file = drivers.scratch.path('rules.yaml');
    writeFileSync(file, '- id: broken\n  rpc: Probe\n  fail: ABORTED\n');
    expect(await ok('faults', 'add', file)).to.equal('added: broken\n');
    expect(await run('faults', 'clear', 'broken')).to.equal(2);
    await refused(driver.client.identity.Probe({}), 'ABORTED');
    expect(await ok('faults')).to.match(/\nbroken +runtime +1 +1 +\{.*\}\n/);
    expect(await ok('faults', 'remove', 'broken')).to.equal('removed: broken\n');
    await driver.client.identity.Probe({});
    expect(await run('faults', 'remove', 'broken')).to.equal(1);
    expect(io.stderr.text).to.equal('csi-mock: there is no rule broken\n');
  });

  it('faults replaces and clears all rules; a bad file changes nothing and is refused by line', async () => {
    const [good, bad] = [drivers.scratch.path('good.yaml'), drivers.scratch.path('bad.yaml')];
    writeFileSync(good, '- id: one\n  rpc: Probe\n  fail: ABORTED\n');
    writeFileSync(bad, '- id: two\n  rpc: Prob\n  fail: ABORTED\n');
    expect(await ok('faults', 'replace', good)).to.equal('in place: one\n');
    for (const verb of ['add', 'replace']) {
      expect(await run('faults', verb, bad)).to.equal(1);
      expect(io.stderr.text).to.contain('line 2');
    }
    expect(await ok('faults', 'list', '--json'))
      .to.contain('"one"')
      .and.not.to.contain('"two"');
    expect(await ok('faults', 'clear')).to.equal('removed: all rules\n');
    expect(JSON.parse(await ok('faults', '--json'))).to.deep.equal({ rules: [] });
  });

  for (const [argv, message] of [
    [['volumes', 'nothing'], 'volume nothing does not exist'],
    [['volumes', '../nodes'], 'volume ../nodes does not exist'],
    [['health', 'nothing', 'ok'], 'volume nothing does not exist'],
    [['clear', 'attachment', 'a', 'b'], 'volume a is not attached to node b'],
    [['clear', 'publication', 'a', '/b'], 'volume a is neither published nor staged at /b'],
  ] as const) {
    it(`ends with 1 for ${argv.join(' ')}`, async () => {
      expect(await run(...argv)).to.equal(1);
      expect(io.stdout.text).to.equal('');
      expect(io.stderr.text).to.contain(message);
    });
  }

  for (const [argv, message] of [
    [['volumes', 'a', 'b'], "unexpected argument 'b'"],
    [['nodes', 'a'], "unexpected argument 'a'"],
    [['health', 'a'], 'expected ID ok, or ID abnormal REASON'],
    [['health', 'a', 'abnormal'], 'expected ID ok, or ID abnormal REASON'],
    [['health', 'a', 'ok', 'why'], 'expected ID ok, or ID abnormal REASON'],
    [['clear'], 'expected publication, staging or attachment, got nothing'],
    [['clear', 'publication', 'a'], 'expected VOLUME PATH'],
    [['clear', 'attachment', 'a'], 'expected VOLUME NODE'],
    [['faults', 'ad'], "got 'ad'; did you mean add?"],
    [['faults', 'add'], 'expected FILE'],
    [['faults', 'clear', 'rule-1'], "unexpected argument 'rule-1'; did you mean remove?"],
    [['faults', 'list', 'foo'], "unexpected argument 'foo'"],
    [['faults', 'add', '/does/not/exist'], 'ENOENT'],
    [['faults', '--jsn'], 'did you mean --json?'],
  ] as const) {
    it(`ends with 2 for ${argv.join(' ')}`, async () => {
      expect(await run(...argv)).to.equal(2);
      expect(io.stdout.text).to.equal('');
      expect(io.stderr.text)
        .to.contain(message)
        .and.to.contain(`csi-mock ${argv[0]} --help lists its options`);
    });
  }

  for (const command of ['faults', 'volumes', 'nodes', 'health', 'clear', 'calls', 'replay']) {
    it(`${command} --help tells about it, in at most 100 columns`, async () => {
      const text = await ok(command, '--help');
      expect(text)
        .to.match(new RegExp(`^csi-mock ${command} `))
        .and.to.contain('--help');
      expect(text.split('\n').filter((line) => line.length > 100)).to.deep.equal([]);
      expect(await ok('help')).to.contain(`  csi-mock ${command}`);
    });
  }
});
