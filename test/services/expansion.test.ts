import { statSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { emptyDirectory, emptyImage } from '../../src/host/content.js';
import { openPool, type Pool } from '../../src/host/pool.js';
import { describe as describeCapability } from '../../src/model/capability.js';
import type { CapacityRange } from '../../src/model/capacity.js';
import { expansion, requireSupported, type Expansion } from '../../src/services/expansion.js';
import { promisedCapacity, type PromisedCapacity } from '../../src/services/promised-capacity.js';
import { openStore } from '../../src/store/open-store.js';
import type { Store } from '../../src/store/store.js';
import { withDirectory } from '../host/directory.js';
import { refused } from '../integration/refusal.js';
import { blockCapability, mountCapability } from '../model/samples.js';
import { createFakeDisk, type FakeDisk } from '../store/fake-disk.js';
import { rejectionOf } from '../store/rejection.js';
import { volume } from '../store/samples.js';
import { settled } from './gate.js';
import { refuses } from './status.js';

const asked = (bytes: bigint): CapacityRange => ({ requiredBytes: bytes, limitBytes: 0n });

describe('expansion', () => {
  const directory = withDirectory();
  let disk: FakeDisk;
  let store: Store;
  let pool: Pool;
  let capacity: PromisedCapacity;
  let growth: Expansion;

  const vol = volume('vol-1', { capacityBytes: 10n });
  /** What the volume has by the store and by its descriptor, and what is left for others. */
  const sizes = () => [
    store.volume('vol-1')?.capacityBytes,
    pool.volumes.descriptor('vol-1')?.capacityBytes,
    capacity.available({}),
  ];

  beforeEach(async () => {
    disk = createFakeDisk();
    store = await openStore(disk.open());
    pool = openPool(directory.path, 'never');
    capacity = promisedCapacity(new Map([['', 100n]]), (kind) => store.promisedBytes(kind));
    const rules = { minVolumeSize: 0n, maxVolumeSize: 1000n, defaultVolumeSize: 1n };
    growth = expansion({ store, pool, capacity, sizes: rules });
    await store.putVolume(vol);
    await pool.volumes.prepare(vol, emptyDirectory);
    await pool.volumes.reveal(vol.id);
  });

  it('makes the volume larger in the store and in its descriptor', async () => {
    expect(await growth.expand(vol, asked(30n))).to.equal(30n);
    expect(sizes()).to.deep.equal([30n, 30n, 70n]);
  });

  it('counts what a volume grows by once, at every moment', async () => {
    const release = disk.hold();
    const grown = growth.expand(vol, asked(30n));
    expect(capacity.available({}), 'before anything is written').to.equal(70n);
    while (store.volume('vol-1')?.capacityBytes === 10n) await settled();
    expect(capacity.available({}), 'while the store writes').to.equal(70n);
    release();
    await grown;
    expect(capacity.available({}), 'when all is written').to.equal(70n);
  });

  it('takes nothing when the store fails', async () => {
    disk.failNext('nothing');
    const error = await rejectionOf(growth.expand(vol, asked(30n)), Error);
    expect(error).to.have.property('message', 'no space left on device');
    expect(store.volume('vol-1')?.capacityBytes).to.equal(10n);
    expect(capacity.available({})).to.equal(90n);
    expect(await growth.expand(vol, asked(20n))).to.equal(20n);
    expect(sizes()).to.deep.equal([20n, 20n, 80n]);
  });

  const image = () => statSync(join(directory.path, 'volumes', 'block-1', 'image')).size;
  describe('of an image that an expansion left larger, as its record failed,', () => {
    const block = volume('block-1', { capacityBytes: 4096n, format: 'raw' });
    beforeEach(async () => {
      const rules = { minVolumeSize: 0n, maxVolumeSize: 0n, defaultVolumeSize: 1n };
      capacity = promisedCapacity(new Map(), (kind) => store.promisedBytes(kind));
      growth = expansion({ store, pool, capacity, sizes: rules });
      await store.putVolume(block);
      await pool.volumes.prepare(block, emptyImage(block.capacityBytes));
      await pool.volumes.reveal(block.id);
      disk.failNext('nothing');
      await rejectionOf(growth.expand(block, asked(16384n)), Error);
      expect([image(), store.volume('block-1')?.capacityBytes]).to.deep.equal([16384, 4096n]);
    });

    it('cuts nothing: the volume has the size of the image', async () => {
      expect(await growth.expand(block, asked(8192n))).to.equal(16384n);
      expect(store.volume('block-1')?.capacityBytes).to.equal(16384n);
      expect(image()).to.equal(16384);
    });

    it('makes it larger still', async () => {
      expect(await growth.expand(block, asked(32768n))).to.equal(32768n);
      expect(image()).to.equal(32768);
    });

    it('to at most less than that: OUT_OF_RANGE, and nothing changes', async () => {
      const range = { requiredBytes: 8192n, limitBytes: 8192n };
      await refused(growth.expand(block, range), 'OUT_OF_RANGE', /has 16384 bytes already/);
      expect([image(), store.volume('block-1')?.capacityBytes]).to.deep.equal([16384, 4096n]);
    });
  });

  it('RESOURCE_EXHAUSTED takes nothing', async () => {
    await refused(growth.expand(vol, asked(101n)), 'RESOURCE_EXHAUSTED', /left: 90/);
    expect(sizes()).to.deep.equal([10n, 10n, 90n]);
  });

  it('OUT_OF_RANGE changes nothing', async () => {
    await refused(growth.expand(vol, asked(1001n)), 'OUT_OF_RANGE', /at most 1000/);
    await refused(growth.expand(vol, { requiredBytes: 0n, limitBytes: 9n }), 'OUT_OF_RANGE');
    expect(sizes()).to.deep.equal([10n, 10n, 90n]);
  });

  it('to what it has, or less, writes nothing', async () => {
    const { length } = disk.batches;
    expect(await growth.expand(vol, asked(10n))).to.equal(10n);
    expect(await growth.expand(vol, asked(1n))).to.equal(10n);
    expect(sizes()).to.deep.equal([10n, 10n, 90n]);
    expect(disk.batches).to.have.lengthOf(length);
  });
});

describe('requireSupported', () => {
  const made = volume('vol-1', { capabilities: [mountCapability('SINGLE_NODE_WRITER')] });
  const welcome = [undefined, ...made.capabilities, mountCapability('SINGLE_NODE_SINGLE_WRITER')];

  it('no capability, its own and one that its own implies: OK', () => {
    for (const capability of welcome) {
      expect(() => requireSupported(made, capability)).not.to.throw();
    }
  });
  for (const capability of [
    mountCapability('MULTI_NODE_MULTI_WRITER'),
    blockCapability('SINGLE_NODE_WRITER'),
  ]) {
    it(`${describeCapability(capability)}, which it lacks: INVALID_ARGUMENT`, () => {
      refuses(() => requireSupported(made, capability), 'INVALID_ARGUMENT', /does not support/);
    });
  }
});
