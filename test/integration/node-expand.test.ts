import { chmodSync, existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import type { NodeExpandVolumeRequest } from '../../src/csi/generated/csi/v1/NodeExpandVolumeRequest.js';
import { withDriver } from './driver-under-test.js';
import { eventually } from './eventually.js';
import { newSnapshot } from './new-snapshot.js';
import { refused, refusedUnchanged } from './refusal.js';
import { takenDownVolumes } from './takedown.js';
import { mountCapability, type TestVolume } from './test-volume.js';

const GIB = 2 ** 30;
const MODE = 'SINGLE_NODE_SINGLE_WRITER';
const upTo = (required_bytes: number, limit_bytes = 0) => ({
  capacity_range: { required_bytes, limit_bytes },
});

describe('NodeExpandVolume', () => {
  const driver = withDriver();
  const volumes = takenDownVolumes(driver);
  let volume: TestVolume;
  beforeEach(async () => {
    volume = await volumes.staged(MODE);
  });

  async function expand(request: NodeExpandVolumeRequest = {}): Promise<number> {
    const answer = await driver.client.node.NodeExpandVolume({
      volume_id: volume.id,
      volume_path: volume.stagingPath,
      ...request,
    });
    return Number(answer.capacity_bytes);
  }

  describe('after ControllerExpandVolume', () => {
    beforeEach(async () => {
      const grown = await driver.client.controller.ControllerExpandVolume({
        volume_id: volume.id,
        ...upTo(2 * GIB),
      });
      expect(grown).to.deep.equal({
        capacity_bytes: String(2 * GIB),
        node_expansion_required: true,
      });
    });

    it('staged: OK, with the size that the volume has, again and again', async () => {
      for (let count = 0; count < 3; count += 1) {
        expect(await expand(upTo(2 * GIB))).to.equal(2 * GIB);
      }
    });

    it('published: OK, at the target', async () => {
      await volume.publish('a');
      const volume_path = volume.target('a');
      expect(await expand({ volume_path, ...upTo(2 * GIB) })).to.equal(2 * GIB);
    });

    it('staging_target_path and volume_capability may be given', async () => {
      const staging_target_path = volume.stagingPath;
      const { capability } = volume;
      const request = { staging_target_path, volume_capability: capability, ...upTo(2 * GIB) };
      expect(await expand(request)).to.equal(2 * GIB);
    });

    it('less than it has: OK, and it is not made smaller', async () => {
      expect(await expand(upTo(GIB))).to.equal(2 * GIB);
    });

    it('no capacity_range: OK, with the size that it has', async () => {
      expect(await expand()).to.equal(2 * GIB);
    });

    it('more than the controller has promised: OUT_OF_RANGE', () =>
      refusedUnchanged(
        driver,
        () => expand(upTo(2 * GIB + 1)),
        'OUT_OF_RANGE',
        /ControllerExpandVolume comes first/,
      ));

    it('a limit below what it has: OUT_OF_RANGE', () =>
      refusedUnchanged(driver, () => expand(upTo(GIB, GIB)), 'OUT_OF_RANGE', /never made smaller/));
  });

  const MALFORMED: [string, NodeExpandVolumeRequest, RegExp][] = [
    ['an empty capacity_range', { capacity_range: {} }, /^capacity_range /],
    ['a limit below what is required', upTo(2 * GIB, GIB), /^capacity_range\.limit_bytes/],
    ['a negative size', upTo(-1), /^capacity_range\.required_bytes/],
    ['a negative limit', upTo(0, -1), /^capacity_range\.limit_bytes/],
    ['no volume_path', { volume_path: '' }, /^volume_path is required/],
    ['a volume_path of 4096 bytes', { volume_path: 'd'.repeat(4096) }, /^volume_path must not/],
    [
      'a mode that the volume does not support',
      { volume_capability: mountCapability('MULTI_NODE_MULTI_WRITER') },
      /does not support MULTI_NODE_MULTI_WRITER/,
    ],
    [
      'an access type that it does not support',
      { volume_capability: { access_mode: { mode: MODE }, block: {} } },
      /does not support.*block/,
    ],
  ];
  for (const [name, request, message] of MALFORMED) {
    it(`${name}: INVALID_ARGUMENT`, () =>
      refusedUnchanged(driver, () => expand(request), 'INVALID_ARGUMENT', message));
  }

  it('a volume that does not exist: NOT_FOUND', () =>
    refusedUnchanged(driver, () => expand({ volume_id: 'never-existed' }), 'NOT_FOUND'));

  it('a volume_path where the volume is not: NOT_FOUND', async () => {
    for (const volume_path of ['some/path', '/', driver.scratch.root, volume.target('a')]) {
      await refusedUnchanged(driver, () => expand({ volume_path }), 'NOT_FOUND', /volume_path/);
    }
  });

  it('neither staged nor published: FAILED_PRECONDITION', async () => {
    await volume.unstage();
    await refusedUnchanged(
      driver,
      () => expand(),
      'FAILED_PRECONDITION',
      /neither staged nor published/,
    );
  });
});

describe('NodeExpandVolume where the controller does not expand', () => {
  const driver = withDriver({
    withoutControllerCapability: ['EXPAND_VOLUME'],
    maxVolumeSize: 3 * GIB,
  });
  const volumes = takenDownVolumes(driver);

  it('makes the volume larger, durably, within the bounds', async () => {
    const volume = await volumes.staged(MODE);
    const ids = { volume_id: volume.id, volume_path: volume.stagingPath };
    const { controller } = driver.client;
    await refused(controller.ControllerExpandVolume({ ...ids, ...upTo(2 * GIB) }), 'UNIMPLEMENTED');
    const expand = (range: NodeExpandVolumeRequest) =>
      driver.client.node.NodeExpandVolume({ ...ids, ...range });
    for (let count = 0; count < 2; count += 1) {
      expect(await expand(upTo(2 * GIB))).to.deep.equal({ capacity_bytes: String(2 * GIB) });
    }
    const size = async () =>
      (await driver.client.controller.ControllerGetVolume({ volume_id: volume.id })).volume
        ?.capacity_bytes;
    expect(await size()).to.equal(String(2 * GIB));
    await refused(expand(upTo(4 * GIB)), 'OUT_OF_RANGE', /at most/);
    await refused(expand(upTo(GIB, GIB)), 'OUT_OF_RANGE', /never made smaller/);
    await driver.restart();
    expect(await size()).to.equal(String(2 * GIB));
    const { usage } = await driver.client.node.NodeGetVolumeStats(ids);
    expect(usage[0]).to.include({ unit: 'BYTES', total: String(2 * GIB) });
  });
});

describe('NodeExpandVolume where the controller does not expand, while the volume is copied', () => {
  const driver = withDriver({
    withoutControllerCapability: ['EXPAND_VOLUME'],
    onOverlap: 'abort',
  });
  const volumes = takenDownVolumes(driver);
  const path = process.env['PATH'];
  afterEach(() => {
    process.env['PATH'] = path;
  });

  it('ABORTED, with its size as before; OK once it is copied', async () => {
    const volume = await volumes.staged(MODE);
    const request = { volume_id: volume.id, volume_path: volume.stagingPath, ...upTo(2 * GIB) };
    const { node, controller } = driver.client;
    const programs = driver.scratch.make('programs');
    const [begun, gate] = [join(programs, 'begun'), join(programs, 'gate')];
    const slow = `touch ${begun}; until [ -e ${gate} ]; do sleep 0.01; done`;
    writeFileSync(join(programs, 'cp'), `#!/bin/sh\nPATH=${path}\n${slow}\nexec cp "$@"\n`);
    chmodSync(join(programs, 'cp'), 0o755);
    process.env['PATH'] = `${programs}:${path}`;
    const copied = newSnapshot(driver.client, volume.id);
    try {
      await eventually(() => expect(existsSync(begun)).to.equal(true));
      await refused(node.NodeExpandVolume(request), 'ABORTED', /another call/);
      const { volume: kept } = await controller.ControllerGetVolume({ volume_id: volume.id });
      expect(kept?.capacity_bytes).to.equal(String(GIB));
    } finally {
      writeFileSync(gate, '');
      const { snapshot_id } = await copied;
      await controller.DeleteSnapshot({ snapshot_id });
    }
    expect(await node.NodeExpandVolume(request)).to.deep.equal({
      capacity_bytes: String(2 * GIB),
    });
  });
});
