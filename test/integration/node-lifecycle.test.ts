import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect } from 'chai';
import { connect } from '../../src/csi/client.js';
import { launch, type Program } from '../crash/program.js';
import { isRoot, mountsBelow, scratch, type Scratch } from '../host/scratch.js';
import { withDriver } from './driver-under-test.js';
import { newVolume } from './new-volume.js';
import { refused, refusedUnchanged } from './refusal.js';
import { takenDownVolumes } from './takedown.js';
import { mountCapability } from './test-volume.js';

const SNSW = 'SINGLE_NODE_SINGLE_WRITER';
const SNMW = 'SINGLE_NODE_MULTI_WRITER';
const SNW = 'SINGLE_NODE_WRITER';

describe('lifecycle: warn lets calls through that are out of order', () => {
  const driver = withDriver({ lifecycle: 'warn' });
  const volumes = takenDownVolumes(driver);

  it('publish without attach and stage: straight from the pool', async () => {
    const volume = await volumes.created(SNSW);
    await volume.publish('a');
    writeFileSync(join(volume.target('a'), 'file'), 'data');
    await volume.stage();
    expect(readFileSync(join(volume.stagingPath, 'file'), 'utf8')).to.equal('data');
  });

  it('publish without a staging_target_path, or with another one: from where it is staged', async () => {
    const volume = await volumes.staged(SNMW);
    await volume.publish('a', { staging_target_path: '' });
    await volume.publish('b', { staging_target_path: '/elsewhere' });
    expect(mountsBelow(volume.target(''))).to.have.lengthOf(2);
  });

  it('unstage while published: the publications stay', async () => {
    const volume = await volumes.staged(SNSW);
    await volume.publish('a');
    await volume.unstage();
    expect(mountsBelow(dirname(volume.stagingPath))).to.have.lengthOf(1);
    writeFileSync(join(volume.target('a'), 'file'), 'data');
    await volume.publish('a');
  });

  it('but no other rule is bent', async () => {
    const volume = await volumes.created(SNSW);
    await volume.publish('a');
    const precondition = [
      { target: 'b' },
      { target: 'b', volume_capability: mountCapability(SNW) },
      { target: 'b', volume_capability: mountCapability('MULTI_NODE_MULTI_WRITER') },
    ];
    for (const { target, ...changed } of precondition) {
      const call = () => volume.publish(target, changed);
      await refusedUnchanged(driver, call, 'FAILED_PRECONDITION');
    }
    const other = () => volume.publish('a', { readonly: true });
    await refusedUnchanged(driver, other, 'ALREADY_EXISTS');
    await volume.stage();
    const staging_target_path = driver.scratch.make('other-staging');
    const elsewhere = () => volume.stage({ staging_target_path });
    await refusedUnchanged(driver, elsewhere, 'FAILED_PRECONDITION', /already staged at/);
    const ids = { volume_id: volume.id, staging_target_path: volume.target('a') };
    const unstage = () => driver.client.node.NodeUnstageVolume(ids);
    await refusedUnchanged(driver, unstage, 'FAILED_PRECONDITION', /published at/);
  });
});

describe('lifecycle: warn tells in the log what it lets through', () => {
  let place: Scratch | undefined;
  let program: Program | undefined;
  before(function () {
    if (!isRoot) this.skip();
    place = scratch();
  });
  after(async () => {
    await program?.kill();
    place?.remove();
  });

  it('each broken rule, with the volume and the call', async () => {
    const stateDir = place?.make('state') ?? '';
    program = launch([`--state-dir=${stateDir}`, '--node-id=node-1', '--lifecycle=warn']);
    await program.ready();
    const client = connect(join(stateDir, 'csi.sock'));
    const { volume_id } = await newVolume(client);
    const target_path = join(place?.make('targets') ?? '', 'a');
    const volume_capability = mountCapability(SNW);
    await client.node.NodePublishVolume({ volume_id, target_path, volume_capability });
    client.close();
    const { output } = await program.stop();
    const warnings = output.split('\n').filter((line) => line.includes('"level":"warn"'));
    expect(warnings).to.have.lengthOf(2);
    for (const [index, rule] of ['not controller-published', 'staging_target_path'].entries()) {
      expect(warnings[index]).to.include(rule).and.include(volume_id);
      expect(warnings[index]).to.include('"method":"NodePublishVolume"');
    }
  });
});

describe('attach off', () => {
  const driver = withDriver({ attach: false });
  const volumes = takenDownVolumes(driver);

  it('volumes are staged and published without a controller publish, which is UNIMPLEMENTED', async () => {
    const volume = await volumes.created(SNSW);
    await refused(volume.attach(), 'UNIMPLEMENTED');
    await volume.stage();
    await volume.publish('a');
    expect(mountsBelow(volume.target('a'))).to.have.lengthOf(1);
  });

  it('stage still comes before publish', async () => {
    const volume = await volumes.created(SNSW);
    const call = () => volume.publish('a');
    await refusedUnchanged(driver, call, 'FAILED_PRECONDITION', /NodeStageVolume comes first/);
  });
});

describe('STAGE_UNSTAGE_VOLUME off', () => {
  const driver = withDriver({ withoutNodeCapability: ['STAGE_UNSTAGE_VOLUME'] });
  const volumes = takenDownVolumes(driver);
  const UNSTAGED = { staging_target_path: '' };

  it('volumes are published straight from the pool; staging is UNIMPLEMENTED', async () => {
    const volume = await volumes.created(SNMW);
    await volume.attach();
    await refused(volume.stage(), 'UNIMPLEMENTED');
    await refused(volume.unstage(), 'UNIMPLEMENTED');
    await volume.publish('a', UNSTAGED);
    writeFileSync(join(volume.target('a'), 'file'), 'data');
    await volume.publish('a', UNSTAGED);
    await volume.publish('b', { ...UNSTAGED, readonly: true });
    const file = join(volume.target('b'), 'file');
    expect(readFileSync(file, 'utf8')).to.equal('data');
    expect(() => writeFileSync(file, '')).to.throw('EROFS');
    expect(mountsBelow(volume.target(''))).to.have.lengthOf(2);
  });

  it('the tables hold, and attach still comes first', async () => {
    const volume = await volumes.created(SNSW);
    const early = () => volume.publish('a', UNSTAGED);
    await refusedUnchanged(driver, early, 'FAILED_PRECONDITION', /not controller-published/);
    await volume.attach();
    await volume.publish('a', UNSTAGED);
    const elsewhere = () => volume.publish('b', UNSTAGED);
    await refusedUnchanged(driver, elsewhere, 'FAILED_PRECONDITION', /targets\/a/);
    const other = () => volume.publish('a', { ...UNSTAGED, readonly: true });
    await refusedUnchanged(driver, other, 'ALREADY_EXISTS', /readonly/);
  });

  it('a volume that is controller-published with readonly is read-only', async () => {
    const volume = await volumes.created(SNSW);
    await volume.attach({ readonly: true });
    await volume.publish('a', UNSTAGED);
    expect(() => writeFileSync(join(volume.target('a'), 'file'), '')).to.throw('EROFS');
  });
});

describe('neither attach nor stage', () => {
  const driver = withDriver({
    attach: false,
    withoutNodeCapability: ['STAGE_UNSTAGE_VOLUME', 'SINGLE_NODE_MULTI_WRITER'],
    withoutControllerCapability: ['SINGLE_NODE_MULTI_WRITER'],
  });
  const volumes = takenDownVolumes(driver);

  it('a volume is created, published and unpublished', async () => {
    const volume = await volumes.created(SNW);
    await volume.publish('a', { staging_target_path: '' });
    const call = () => volume.publish('b', { staging_target_path: '' });
    await refusedUnchanged(driver, call, 'FAILED_PRECONDITION', /targets\/a/);
  });
});

describe('singleNodeWriterTargets: many', () => {
  const driver = withDriver({ singleNodeWriterTargets: 'many' });
  const volumes = takenDownVolumes(driver);

  it('SINGLE_NODE_WRITER is published at many targets, with any difference in the rest of P', async () => {
    const volume = await volumes.staged(SNW);
    await volume.publish('a');
    await volume.publish('b');
    await volume.publish('c', { readonly: true, volume_context: { key: 'value' } });
    expect(mountsBelow(volume.target(''))).to.have.lengthOf(3);
    const other = () => volume.publish('a', { readonly: true });
    await refusedUnchanged(driver, other, 'ALREADY_EXISTS');
  });

  it('another mode at another target stays FAILED_PRECONDITION', async () => {
    const volume = await volumes.staged(SNW);
    await volume.publish('a');
    for (const mode of [SNSW, SNMW] as const) {
      const volume_capability = mountCapability(mode);
      const call = () => volume.publish('b', { volume_capability });
      await refusedUnchanged(driver, call, 'FAILED_PRECONDITION', /another capability/);
    }
  });

  for (const mode of [SNSW, 'SINGLE_NODE_READER_ONLY'] as const) {
    it(`${mode} keeps to one target`, async () => {
      const volume = await volumes.staged(mode);
      await volume.publish('a');
      const call = () => volume.publish('b');
      await refusedUnchanged(driver, call, 'FAILED_PRECONDITION', /allows one target/);
    });
  }

  it(`a volume of ${SNSW} keeps to one target in any mode`, async () => {
    const volume = await volumes.created(SNW, SNSW);
    await volume.attach();
    await volume.stage();
    await volume.publish('a');
    const call = () => volume.publish('b');
    await refusedUnchanged(driver, call, 'FAILED_PRECONDITION', /allows one target/);
  });
});

describe('SINGLE_NODE_MULTI_WRITER is switched under a volume in use', () => {
  const OFF = {
    withoutNodeCapability: ['SINGLE_NODE_MULTI_WRITER'],
    withoutControllerCapability: ['SINGLE_NODE_MULTI_WRITER'],
  } as const;
  const driver = withDriver();
  const volumes = takenDownVolumes(driver);
  afterEach(() => driver.restart());

  for (const [way, before, after, was, is] of [
    ['on', OFF, {}, SNW, SNMW],
    ['on', OFF, {}, SNW, SNSW],
    ['off', {}, OFF, SNMW, SNW],
    ['off', {}, OFF, SNSW, SNW],
  ] as const) {
    it(`${way}, so that ${was} becomes ${is}: ALREADY_EXISTS until the node is drained`, async () => {
      await driver.restart(before);
      const volume = await volumes.staged(was);
      await volume.publish('a');
      writeFileSync(join(volume.target('a'), 'file'), 'data');

      await driver.restart(after);
      const volume_capability = mountCapability(is);
      const drain = /SINGLE_NODE_MULTI_WRITER was switched on or off.*drain the node/;
      const publish = () => volume.publish('a', { volume_capability });
      await refusedUnchanged(driver, publish, 'ALREADY_EXISTS', drain);
      const stage = () => volume.stage({ volume_capability });
      await refusedUnchanged(driver, stage, 'ALREADY_EXISTS', drain);
      const elsewhere = () => volume.publish('b', { volume_capability });
      await refusedUnchanged(driver, elsewhere, 'FAILED_PRECONDITION');

      await volume.unpublish('a');
      await volume.unstage();
      await volume.detach();
      await volume.attach({ volume_capability });
      await volume.stage({ volume_capability });
      await volume.publish('a', { volume_capability });
      expect(readFileSync(join(volume.target('a'), 'file'), 'utf8')).to.equal('data');
    });
  }

  it('on: volumes in use stay as they are, and can be taken down', async () => {
    await driver.restart(OFF);
    const volume = await volumes.staged(SNW);
    await volume.publish('a');
    await driver.restart();
    expect(mountsBelow(volume.target('a'))).to.have.lengthOf(1);
    await volume.publish('a');
  });
});
