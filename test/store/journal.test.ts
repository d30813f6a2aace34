import { setImmediate as turn } from 'node:timers/promises';
import { expect } from 'chai';
import { createMemory } from './memory.js';
import { openStore } from '../../src/store/open-store.js';
import type { Store } from '../../src/store/store.js';
import { createFakeDisk, type FakeDisk, type Leaves } from './fake-disk.js';
import { rejectionOf } from './rejection.js';
import { attachment, nodeVolume, numbered, volume } from './samples.js';

describe('store: batches', () => {
  let disk: FakeDisk;
  let store: Store;

  beforeEach(async () => {
    disk = createFakeDisk();
    store = await openStore(disk.open());
  });

  afterEach(async () => {
    await store.close();
  });

  async function reopen(): Promise<void> {
    await store.close();
    store = await openStore(disk.open());
  }

  /** Everything that can be read of a store. */
  async function snapshot() {
    const volumes = store.volumes('', 1000);
    return {
      volumes,
      names: volumes.map(({ name }) => store.volumeNamed(name)?.id),
      count: store.volumeCount,
      promised: [store.promisedBytes('fast'), store.promisedBytes('')],
      attachments: volumes.map(({ id }) => store.attachments(id)),
      attached: ['node-1', 'node-2'].map((nodeId) => store.attachedTo(nodeId)),
      nodeVolumes: store.nodeVolumes('node-1'),
    };
  }

  const durability: readonly [title: string, durable: boolean, act: () => Promise<void>][] = [
    ['putVolume', true, () => store.putVolume(volume('a'))],
    ['removeVolume', true, () => store.removeVolume('a')],
    ['putAttachment', true, () => store.putAttachment(attachment('a', 'node-1'))],
    ['removeAttachment', true, () => store.removeAttachment('a', 'node-1')],
    ['putNodeVolume', false, () => store.putNodeVolume(nodeVolume('node-1', 'a'))],
  ];
  for (const [title, durable, act] of durability) {
    it(`${title} is ${durable ? '' : 'not '}flushed`, async () => {
      await act();
      expect(disk.batches.at(-1)?.durable).to.equal(durable);
    });
  }

  it('hold everything that was called while the one before was under way', async () => {
    const release = disk.hold();
    const writes = [store.putVolume(volume('first'))];
    await turn();
    const begun = disk.batches.length;
    for (let index = 0; index < 10; index += 1) {
      writes.push(store.putNodeVolume(nodeVolume('node-1', numbered(index))));
      writes.push(store.putVolume(volume(numbered(index))));
    }
    await turn();
    expect(disk.batches).to.have.lengthOf(begun);
    release();
    await Promise.all(writes);
    expect(disk.batches).to.have.lengthOf(begun + 1);
    const last = disk.batches.at(-1);
    expect(last?.durable).to.equal(true);
    expect(last?.changes.map(({ key }) => key)).to.include.members([
      'volume/volume-0000',
      'volume/volume-0009',
      'node-volumes/volume-0009',
    ]);
  });

  it('leave a store that opens, whichever of them is the last before a crash', async () => {
    const writes: Promise<void>[] = [];
    for (let index = 0; index < 60; index += 1) {
      const id = numbered(index % 7);
      if (index % 4 === 0) writes.push(store.removeAttachment(id, 'node-1'));
      else if (index % 9 < 5) writes.push(store.putVolume(volume(id, { kind: 'fast' })));
      else writes.push(store.putAttachment(attachment(id, 'node-1')));
      if (index % 3 === 0) await turn();
    }
    await Promise.all(writes);
    expect(disk.batches).to.have.lengthOf.above(10);
    const crashed = createMemory();
    for (const { changes, durable } of disk.batches) {
      await crashed.open().write(changes, { durable });
      const reopened = await openStore(crashed.open());
      expect(reopened.id).to.equal(store.id);
      await reopened.close();
    }
  });

  describe('that fail are taken back, in memory and on the disk:', () => {
    const acts: readonly [title: string, act: () => Promise<void>][] = [
      ['a new volume', () => store.putVolume(volume('new', { kind: 'fast' }))],
      ['a larger volume', () => store.putVolume(volume('a', { capacityBytes: 2n ** 40n }))],
      ['the removal of a volume', () => store.removeVolume('b')],
      ['an attachment', () => store.putAttachment(attachment('a', 'node-2'))],
      [
        'another attachment',
        () => store.putAttachment(attachment('a', 'node-1', { readonly: true })),
      ],
      ['the removal of an attachment', () => store.removeAttachment('a', 'node-1')],
      ['a publication', () => store.putNodeVolume(nodeVolume('node-1', 'b'))],
      [
        'the end of a publication',
        () => store.putNodeVolume(nodeVolume('node-1', 'a', { staging: null, publications: [] })),
      ],
    ];
    const failures: readonly [title: string, leaves: readonly Leaves[]][] = [
      ['it left nothing', ['nothing']],
      ['it was kept all the same', ['everything']],
      ['it left nothing, and the next one failed too', ['nothing', 'nothing']],
      ['it was kept, and taking it back failed', ['everything', 'nothing']],
      ['it was kept, and taking it back was said to fail', ['everything', 'everything']],
    ];
    for (const [title, act] of acts) {
      for (const [how, leaves] of failures) {
        it(`${title}: ${how}`, async () => {
          await store.putVolume(volume('a'));
          await store.putVolume(volume('b', { kind: 'fast' }));
          await store.putAttachment(attachment('a', 'node-1'));
          await store.putNodeVolume(nodeVolume('node-1', 'a'));
          const before = await snapshot();
          disk.failNext(...leaves);
          const { message } = await rejectionOf(act(), Error);
          expect(message).to.equal('no space left on device');
          expect(await snapshot()).to.deep.equal(before);
          if (leaves.length > 1) await store.putNodeVolume(nodeVolume('node-2', 'elsewhere'));
          await reopen();
          expect(await snapshot()).to.deep.equal(before);
          await act();
          const after = await snapshot();
          expect(after).to.not.deep.equal(before);
          await reopen();
          expect(await snapshot()).to.deep.equal(after);
        });
      }
    }
  });

  it('that take back a failed one are flushed, whatever else they hold', async () => {
    disk.failNext('everything', 'nothing');
    await rejectionOf(store.putVolume(volume('a')), Error);
    await store.putNodeVolume(nodeVolume('node-1', 'b'));
    const last = disk.batches.at(-1);
    expect(last?.changes).to.deep.include({ key: 'volume/a', value: undefined });
    expect(last?.durable).to.equal(true);
  });

  it('that fail take with them what was called behind them, for it relied on them', async () => {
    const before = await snapshot();
    const release = disk.hold();
    const refused = [rejectionOf(store.putVolume(volume('a', { name: 'data' })), Error)];
    await turn();
    refused.push(
      rejectionOf(store.putAttachment(attachment('a', 'node-1')), Error),
      rejectionOf(store.removeAttachment('a', 'node-1'), Error),
      rejectionOf(store.removeVolume('a'), Error),
      rejectionOf(store.putVolume(volume('b', { name: 'data' })), Error),
    );
    disk.failNext('everything');
    release();
    await Promise.all(refused);
    expect(await snapshot()).to.deep.equal(before);
    await reopen();
    expect(await snapshot()).to.deep.equal(before);
  });

  it('that fail leave alone what is called while they are taken back', async () => {
    const release = disk.hold();
    const refused = rejectionOf(store.putVolume(volume('a')), Error);
    await turn();
    const begun = disk.batches.length;
    disk.failNext('everything');
    release();
    const releaseNext = disk.hold();
    await turn();
    expect(disk.batches).to.have.lengthOf(begun + 1);
    expect(store.volume('a')).to.equal(undefined);
    const kept = store.putVolume(volume('b'));
    releaseNext();
    await Promise.all([refused, kept]);
    await reopen();
    expect(store.volumes('', 10)).to.deep.equal([volume('b')]);
  });
});
