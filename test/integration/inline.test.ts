import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { adminClient } from '../../src/admin/admin-client.js';
import { mountsBelow } from '../host/scratch.js';
import { withDriver } from './driver-under-test.js';
import { inlineContext, inlineTraces, inlineVolume, type InlineVolume } from './inline-volume.js';
import { newVolume } from './new-volume.js';
import { refused, refusedUnchanged } from './refusal.js';
import { mountCapability } from './test-volume.js';

const MIB = 2n ** 20n;

/** The loop devices of files in a directory. */
function loopDevices(directory: string): string[] {
  const lines = execFileSync('losetup', ['--all'], { encoding: 'utf8' }).split('\n');
  return lines.filter((line) => line.includes(`${directory}/`));
}

describe('an inline volume', () => {
  const driver = withDriver({ maxVolumeSize: '2Gi', minVolumeSize: '1Mi' });
  let volume: InlineVolume;
  const node = () => driver.client.node;
  const traces = () => inlineTraces(driver.options.stateDir);
  const file = (name: string) => join(volume.target(name), 'file');

  beforeEach(() => {
    volume = inlineVolume(driver.scratch, node);
  });
  afterEach(async () => {
    for (const name of ['a', 'b']) {
      if (existsSync(volume.target(name))) await volume.unpublish(name);
    }
    expect(traces()).to.deep.equal([]);
    expect(mountsBelow(driver.scratch.root), 'mounts').to.have.lengthOf(1);
  });

  it('is made where it is published, without attach and stage, and gone afterwards', async () => {
    await volume.publish('a');
    writeFileSync(file('a'), 'data');
    expect(traces()).to.deep.equal([`volumes/${volume.id}`]);
    const { entries } = await driver.client.controller.ListVolumes({});
    expect(entries).to.deep.equal([]);

    await volume.unpublish('a');
    expect(existsSync(volume.target('a'))).to.equal(false);
    expect(traces()).to.deep.equal([]);
    await volume.publish('a');
    expect(readdirSync(volume.target('a'))).to.deep.equal([]);
  });

  it('is writable by any user', async () => {
    await volume.publish('a');
    expect(statSync(volume.target('a')).mode & 0o777).to.equal(0o777);
  });

  it('published again with another token and pod: OK, and the data stays', async () => {
    await volume.publish('a');
    writeFileSync(file('a'), 'data');
    const volume_context = {
      ...inlineContext(),
      'csi.storage.k8s.io/serviceAccount.tokens': '{"":{"token":"fresh"}}',
    };
    await volume.publish('a', { volume_context });
    expect(readFileSync(file('a'), 'utf8')).to.equal('data');
  });

  it('published again with other attributes: ALREADY_EXISTS', async () => {
    await volume.publish('a');
    const volume_context = inlineContext({ size: '10Mi' });
    await refusedUnchanged(
      driver,
      () => volume.publish('a', { volume_context }),
      'ALREADY_EXISTS',
      /volume_context/,
    );
  });

  it('of one target, at another: FAILED_PRECONDITION', async () => {
    await volume.publish('a');
    await refusedUnchanged(driver, () => volume.publish('b'), 'FAILED_PRECONDITION', /one target/);
  });

  it('of SINGLE_NODE_MULTI_WRITER shows the same data at two targets, and goes with the last', async () => {
    const many = inlineVolume(driver.scratch, node, 'SINGLE_NODE_MULTI_WRITER');
    await many.publish('a');
    await many.publish('b');
    writeFileSync(join(many.target('a'), 'file'), 'data');
    await many.unpublish('a');
    expect(readFileSync(join(many.target('b'), 'file'), 'utf8')).to.equal('data');
    expect(traces()).to.deep.equal([`volumes/${many.id}`]);
    await many.unpublish('b');
    expect(traces()).to.deep.equal([]);
  });

  it('is shown by the admin socket, and goes when its publication is cleared by hand', async () => {
    await volume.publish('a');
    const admin = adminClient(driver.options.adminSocket);
    const shown = await admin.ask('GET', `/volumes/${volume.id}`);
    expect(shown)
      .to.have.property('volume')
      .that.includes({ name: volume.id, inline: true, capacity: String(1024n * MIB) });
    const path = encodeURIComponent(volume.target('a'));
    await admin.ask('DELETE', `/volumes/${volume.id}/mount?path=${path}`);
    expect(traces()).to.deep.equal([]);
    await volume.unpublish('a');
  });

  it('of enforced size is full at its size, and leaves no device', async () => {
    const volume_context = inlineContext({ size: '16Mi', enforceSize: 'true' });
    await volume.publish('a', { volume_context });
    expect(loopDevices(driver.scratch.root)).to.have.lengthOf(1);
    expect(() => writeFileSync(file('a'), Buffer.alloc(2 ** 25))).to.throw('ENOSPC');
    const { usage } = await volume.stats('a');
    expect(BigInt(usage[0]?.total ?? 0) <= 16n * MIB).to.equal(true);
    await driver.restart();
    await volume.publish('a', { volume_context });
    await volume.unpublish('a');
    expect(loopDevices(driver.scratch.root)).to.deep.equal([]);
  });

  it('unpublished again: OK, and after a restart', async () => {
    await volume.publish('a');
    await volume.unpublish('a');
    await volume.unpublish('a');
    await driver.restart();
    await volume.unpublish('a');
  });

  it('that never was, unpublished: NOT_FOUND', async () => {
    await refused(volume.unpublish('a'), 'NOT_FOUND');
  });

  it('survives a restart with its data', async () => {
    await volume.publish('a', { volume_context: inlineContext({ size: '3Mi' }) });
    writeFileSync(file('a'), 'data');
    await driver.restart();
    await volume.publish('a', { volume_context: inlineContext({ size: '3Mi' }) });
    expect(readFileSync(file('a'), 'utf8')).to.equal('data');
    const { usage } = await volume.stats('a');
    expect(usage[0]?.total).to.equal(String(3n * MIB));
  });

  it('whose target is a mount of something else is not made: FAILED_PRECONDITION', async () => {
    const other = inlineVolume(driver.scratch, node);
    await other.publish('a');
    const target_path = other.target('a');
    await refusedUnchanged(
      driver,
      () => volume.publish('a', { target_path }),
      'FAILED_PRECONDITION',
      /mount point/,
    );
    expect(traces()).to.deep.equal([`volumes/${other.id}`]);
    await other.unpublish('a');
  });

  it('is never made in the place of the data', async () => {
    const target_path = join(driver.options.stateDir, 'inline', 'node-1', 'target');
    await refusedUnchanged(
      driver,
      () => volume.publish('a', { target_path }),
      'FAILED_PRECONDITION',
      /where the driver keeps data/,
    );
    expect(traces()).to.deep.equal([]);
  });

  it('published read-only refuses writes', async () => {
    await volume.publish('a', { readonly: true });
    expect(() => writeFileSync(file('a'), '')).to.throw('EROFS');
  });

  it('is unpublished where its data is gone', async () => {
    await volume.publish('a');
    rmSync(join(driver.options.stateDir, 'inline', 'node-1', 'volumes', volume.id), {
      recursive: true,
    });
    await volume.unpublish('a');
    expect(existsSync(volume.target('a'))).to.equal(false);
  });

  describe('has a size', () => {
    const SIZES: readonly (readonly [attributes: Record<string, string>, bytes: bigint])[] = [
      [{}, 1024n * MIB],
      [{ size: '100Mi' }, 100n * MIB],
      [{ size: '1' }, MIB],
      [{ size: '2Gi' }, 2048n * MIB],
    ];
    for (const [attributes, bytes] of SIZES) {
      it(`${JSON.stringify(attributes)}: ${bytes} bytes`, async () => {
        await volume.publish('a', { volume_context: inlineContext(attributes) });
        writeFileSync(file('a'), 'x'.repeat(4096));
        const { usage } = await volume.stats('a');
        expect(usage[0]).to.include({ unit: 'BYTES', total: String(bytes) });
        expect(BigInt(usage[0]?.used ?? 0) >= 4096n).to.equal(true);
      });
    }

    it('and never grows: FAILED_PRECONDITION', async () => {
      await volume.publish('a');
      const call = () =>
        driver.client.node.NodeExpandVolume({
          volume_id: volume.id,
          volume_path: volume.target('a'),
          capacity_range: { required_bytes: String(2n ** 32n) },
        });
      await refusedUnchanged(driver, call, 'FAILED_PRECONDITION', /inline volume/);
    });
  });

  describe('is INVALID_ARGUMENT, and nothing is made,', () => {
    const BAD: readonly (readonly [attributes: Record<string, string>, words: RegExp])[] = [
      [{ size: '' }, /volume_context\["size"\] must be a size above 0/],
      [{ size: '0' }, /"size"/],
      [{ size: '-1Mi' }, /"size"/],
      [{ size: '9223372036854775808' }, /"size"/],
      [{ size: '2049Mi' }, /"size".*at most 2147483648/],
      [{ size: '1GB' }, /"size"/],
      [{ Size: '1Mi' }, /volume_context\["Size"\] is not known/],
      [{ kind: 'fast' }, /"kind"\] is not known/],
      [{ __proto__x: '1' }, /is not known/],
      [{ enforceSize: 'yes' }, /"enforceSize"\] must be true or false/],
    ];
    for (const [attributes, words] of BAD) {
      it(`with ${JSON.stringify(attributes)}`, async () => {
        const volume_context = inlineContext(attributes);
        const call = () => volume.publish('a', { volume_context });
        await refusedUnchanged(driver, call, 'INVALID_ARGUMENT', words);
      });
    }

    it('with block access', async () => {
      const volume_capability = { access_mode: { mode: 'SINGLE_NODE_WRITER' as const }, block: {} };
      const call = () => volume.publish('a', { volume_capability });
      await refusedUnchanged(driver, call, 'INVALID_ARGUMENT', /mount access only/);
    });

    it('with the id of a volume of the controller', async () => {
      const { volume_id } = await newVolume(driver.client);
      const call = () => volume.publish('a', { volume_id });
      await refusedUnchanged(driver, call, 'INVALID_ARGUMENT', /volume of the controller/);
      await driver.client.controller.DeleteVolume({ volume_id });
    });
  });

  it('with "false" is no inline volume: NOT_FOUND', async () => {
    for (const told of ['false', 'True', '1', '']) {
      const volume_context = { 'csi.storage.k8s.io/ephemeral': told };
      await refused(volume.publish('a', { volume_context }), 'NOT_FOUND');
    }
  });

  it('is no volume for other RPCs: NOT_FOUND', async () => {
    await volume.publish('a');
    const staging_target_path = driver.scratch.make('staging');
    const volume_capability = mountCapability('SINGLE_NODE_WRITER');
    const { controller } = driver.client;
    const common = { volume_id: volume.id, volume_capability };
    await refused(node().NodeStageVolume({ ...common, staging_target_path }), 'NOT_FOUND');
    await refused(controller.ControllerGetVolume(common), 'NOT_FOUND');
    await refused(
      controller.ControllerPublishVolume({ ...common, node_id: 'node-1' }),
      'NOT_FOUND',
    );
    await refused(volume.publish('b', { volume_context: {} }), 'NOT_FOUND');
    await controller.DeleteVolume(common);
    expect(readdirSync(volume.target('a'))).to.deep.equal([]);
  });
});
