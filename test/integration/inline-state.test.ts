import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { StateDirectoryError } from '../../src/state-directory.js';
import { mountsBelow } from '../host/scratch.js';
import { rejectionOf } from '../store/rejection.js';
import { withDriver } from './driver-under-test.js';
import { eventually } from './eventually.js';
import { inlineContext, inlineTraces, inlineVolume } from './inline-volume.js';
import { refused, refusedUnchanged } from './refusal.js';

describe('inline volumes in the state directory', () => {
  const driver = withDriver();
  const made = (id?: string) =>
    inlineVolume(driver.scratch, () => driver.client.node, 'SINGLE_NODE_WRITER', id);
  const traces = () => inlineTraces(driver.options.stateDir);
  const inState = (...names: string[]) => join(driver.options.stateDir, 'inline', ...names);

  afterEach(() => {
    expect(traces()).to.deep.equal([]);
    expect(mountsBelow(driver.scratch.root), 'mounts').to.have.lengthOf(1);
  });

  for (const id of [
    '../up',
    'a/b',
    '/',
    '.',
    '..',
    '.a',
    'ü\n',
    ' ',
    `id-${'a'.repeat(64)}`,
    'é'.repeat(64),
  ]) {
    it(`take any id, ${JSON.stringify(id.slice(0, 20))} too, and climb nowhere`, async () => {
      const volume = made(id);
      const before = readdirSync(driver.options.stateDir);
      await volume.publish('a');
      writeFileSync(join(volume.target('a'), 'file'), 'data');
      await driver.restart();
      await volume.publish('a');
      expect(traces()).to.have.lengthOf(1);
      expect(traces()[0]).to.match(/^volumes\/id-[0-9a-f]{64}$/);
      expect((await volume.stats('a')).usage).to.have.lengthOf(2);
      expect(readFileSync(join(volume.target('a'), 'file'), 'utf8')).to.equal('data');
      await volume.unpublish('a');
      await volume.unpublish('a');
      expect(readdirSync(driver.options.stateDir)).to.have.members(before);
    });
  }

  it('with the name that stands for another id are not that one', async () => {
    const odd = made('a/b');
    await odd.publish('a');
    const [name = ''] = readdirSync(inState('node-1', 'volumes'));
    const other = made(name);
    await other.publish('a');
    expect(traces()).to.have.lengthOf(2);
    await other.unpublish('a');
    await odd.unpublish('a');
  });

  it('go at the start when their mounts are gone, and are unpublished all the same', async () => {
    const volume = made();
    await volume.publish('a', { volume_context: inlineContext({ size: '1Mi' }) });
    await driver.restart({}, () => execFileSync('umount', [volume.target('a')]));
    await eventually(() => expect(traces()).to.deep.equal([]));
    expect(readdirSync(volume.target('a'))).to.deep.equal([]);
    await volume.unpublish('a');
    expect(existsSync(volume.target('a'))).to.equal(false);
  });

  it('go with their data though something else fills the target, which is never removed', async () => {
    const volume = made();
    await volume.publish('a');
    execFileSync('umount', [volume.target('a')]);
    const file = join(volume.target('a'), 'file');
    writeFileSync(file, '');
    for (let count = 0; count < 2; count += 1) {
      await refused(volume.unpublish('a'), 'FAILED_PRECONDITION', /is a directory with content/);
      expect(traces()).to.deep.equal([]);
      expect(existsSync(file)).to.equal(true);
    }
    rmSync(file);
    await volume.unpublish('a');
    expect(existsSync(volume.target('a'))).to.equal(false);
  });

  it('that a crash left half-made or half-removed go at the start, and may be made again', async () => {
    const volume = made();
    await driver.restart({}, () => {
      for (const name of ['incoming', 'trash', 'volumes']) {
        mkdirSync(inState('node-1', name, volume.id, 'data', 'deep'), { recursive: true });
      }
    });
    await volume.publish('a');
    expect(readdirSync(volume.target('a'))).to.deep.equal([]);
    await volume.unpublish('a');
    await eventually(() => expect(traces()).to.deep.equal([]));
  });

  it('go, even while something was mounted in them, with the next start', async () => {
    const volume = made();
    await volume.publish('a');
    mkdirSync(join(volume.target('a'), 'inner'));
    const data = inState('node-1', 'volumes', volume.id, 'data', 'inner');
    execFileSync('mount', ['--bind', data, data]);
    await volume.unpublish('a');
    expect(traces()).to.deep.equal([`trash/${volume.id}`]);
    execFileSync('umount', [inState('node-1', 'trash', volume.id, 'data', 'inner')]);
    await driver.restart();
    await eventually(() => expect(traces()).to.deep.equal([]));
  });

  it('of a node that has another name now go at its start', async () => {
    const volume = made();
    await volume.publish('a');
    const error = await rejectionOf(driver.restart({ nodeId: 'node-2' }), StateDirectoryError);
    expect(error.message).to.match(/belongs to node node-1/);
    await driver.restart({ nodeId: 'node-2' }, () => execFileSync('umount', [volume.target('a')]));
    await eventually(() => expect(readdirSync(inState())).to.deep.equal(['node-2']));
    await driver.restart();
  });

  it('are INVALID_ARGUMENT where they are switched off; those that are there are unpublished', async () => {
    const [old, young] = [made(), made()];
    await old.publish('a');
    await driver.restart({ inlineVolumes: false });
    const call = () => young.publish('a');
    await refusedUnchanged(driver, call, 'INVALID_ARGUMENT', /switched off/);
    await refused(old.publish('a'), 'INVALID_ARGUMENT');
    await old.unpublish('a');
    expect(traces()).to.deep.equal([]);
    await driver.restart();
  });

  it('are remembered when they are gone', async () => {
    const volume = made();
    await volume.publish('a');
    await volume.unpublish('a');
    expect(readdirSync(inState('node-1', 'past'))).to.include(volume.id);
  });
});
