import { expect } from 'chai';
import type { Store } from '../../src/store/store.js';
import { rejectionOf } from './rejection.js';
import { numbered, protoKey, volume } from './samples.js';
import type { Subject } from './subject.js';

/** What every store must do with volumes. */
export function volumeContract(subject: Subject): void {
  describe('volumes', () => {
    const kept = [
      volume('plain'),
      volume('largest', { capacityBytes: 2n ** 63n - 1n }),
      volume('nothing', { capacityBytes: 0n }),
      volume('unicode', { name: 'données / 数据 "🗄️"\n\u{10FFFF}' }),
      volume('proto', { name: '__proto__', parameters: protoKey('x'), kind: '__proto__' }),
      volume('dots', { name: '../../etc/passwd', kind: 'fast' }),
      volume('block', {
        capabilities: [
          { accessMode: 'MULTI_NODE_MULTI_WRITER', accessType: { kind: 'block' } },
          { accessMode: 'SINGLE_NODE_READER_ONLY', accessType: { kind: 'block' } },
        ],
        parameters: { kind: 'fast', '': 'empty' },
        accessibleTopology: [{ 'topology.mock.csi.test/node': 'node-1' }, protoKey('zone')],
      }),
    ];

    for (const each of kept) {
      it(`keeps every field of volume "${each.id}", and finds it by id and by name`, async () => {
        await subject.store.putVolume(each);
        await subject.reopen();
        expect(subject.store.volume(each.id)).to.deep.equal(each);
        expect(subject.store.volumeNamed(each.name)).to.deep.equal(each);
        expect(subject.store.volumes('', 10)).to.deep.equal([each]);
      });
    }

    it('keeps "__proto__" in maps as a key of their own', async () => {
      await subject.store.putVolume(volume('a', { parameters: protoKey('x') }));
      await subject.reopen();
      const { parameters } = subject.store.volume('a') ?? {};
      expect(Object.entries(parameters ?? {})).to.deep.equal([['__proto__', 'x']]);
    });

    it('does not know what was never put', () => {
      for (const unknown of ['', 'a', '__proto__', 'constructor', 'meta/identity']) {
        expect(subject.store.volume(unknown)).to.equal(undefined);
        expect(subject.store.volumeNamed(unknown)).to.equal(undefined);
        expect(subject.store.attachments(unknown)).to.deep.equal([]);
        expect(subject.store.nodeVolume('node-1', unknown)).to.equal(undefined);
        expect(subject.store.nodeVolumes(unknown)).to.deep.equal([]);
        expect(subject.store.promisedBytes(unknown)).to.equal(0n);
        expect(subject.store.attachedTo(unknown)).to.equal(0);
      }
    });

    it('replaces a volume, and counts the promised bytes of each kind anew', async () => {
      await subject.store.putVolume(volume('a', { kind: 'fast', capacityBytes: 5n }));
      await subject.store.putVolume(volume('b', { kind: 'fast', capacityBytes: 2n ** 63n - 1n }));
      await subject.store.putVolume(volume('c', { kind: 'slow', capacityBytes: 7n }));
      await subject.store.putVolume(volume('a', { kind: 'fast', capacityBytes: 50n }));
      const sums = () => [subject.store.promisedBytes('fast'), subject.store.promisedBytes('slow')];
      expect(sums()).to.deep.equal([2n ** 63n + 49n, 7n]);
      await subject.reopen();
      expect(sums()).to.deep.equal([2n ** 63n + 49n, 7n]);
      expect(subject.store.volumeCount).to.equal(3);
    });

    it('removes a volume with its name, which another volume may then have', async () => {
      await subject.store.putVolume(volume('a', { name: 'data', kind: 'fast' }));
      await subject.store.removeVolume('a');
      expect(subject.store.volumeNamed('data')).to.equal(undefined);
      await subject.store.putVolume(volume('b', { name: 'data' }));
      await subject.reopen();
      expect(subject.store.volume('a')).to.equal(undefined);
      expect(subject.store.volumeNamed('data')?.id).to.equal('b');
      expect(subject.store.volumeCount).to.equal(1);
      expect(subject.store.promisedBytes('fast')).to.equal(0n);
    });

    it('does nothing when it is to remove a volume that it does not know', async () => {
      await subject.store.putVolume(volume('a'));
      await subject.store.removeVolume('b');
      await subject.reopen();
      expect(subject.store.volumes('', 10)).to.deep.equal([volume('a')]);
    });

    it('refuses another name for a volume, and a name that another volume has', async () => {
      const both = [volume('a', { name: 'one' }), volume('b', { name: 'two' })];
      for (const each of both) await subject.store.putVolume(each);
      await rejectionOf(subject.store.putVolume(volume('a', { name: 'three' })), Error);
      await rejectionOf(subject.store.putVolume(volume('c', { name: 'two' })), Error);
      await subject.reopen();
      expect(subject.store.volumes('', 10)).to.deep.equal(both);
      expect(subject.store.volumeNamed('two')?.id).to.equal('b');
      expect(subject.store.volumeNamed('three')).to.equal(undefined);
    });

    it('refuses a capacity that is negative', async () => {
      await rejectionOf(subject.store.putVolume(volume('a', { capacityBytes: -1n })), RangeError);
      expect(subject.store.volume('a')).to.equal(undefined);
      await subject.store.putVolume(volume('b'));
      await subject.reopen();
      expect(subject.store.volumes('', 10)).to.deep.equal([volume('b')]);
    });
  });

  describe('the list of volumes', () => {
    it('is in order of id, and goes on after any id, whether or not a volume has it', async () => {
      for (const id of ['b', 'C', 'a-1', 'a', 'd']) await subject.store.putVolume(volume(id));
      for (const time of ['before', 'after']) {
        expect(list(subject.store, '', 10), time).to.deep.equal(['C', 'a', 'a-1', 'b', 'd']);
        expect(list(subject.store, '', 2), time).to.deep.equal(['C', 'a']);
        expect(list(subject.store, 'a', 2), time).to.deep.equal(['a-1', 'b']);
        expect(list(subject.store, 'aa', Number.MAX_SAFE_INTEGER)).to.deep.equal(['b', 'd']);
        expect(list(subject.store, 'd', 10), time).to.deep.equal([]);
        expect(list(subject.store, '', 0), time).to.deep.equal([]);
        await subject.reopen();
      }
    });

    it('shows each volume that stays exactly once, while others come and go', async () => {
      const stay = Array.from({ length: 30 }, (_, index) => numbered(10 * index + 5));
      await Promise.all(stay.map((id) => subject.store.putVolume(volume(id))));
      const listed: string[] = [];
      const writes: Promise<void>[] = [];
      let page = subject.store.volumes('', 4);
      for (let step = 0; page.length > 0 && step < 100; step += 1) {
        listed.push(...page.map(({ id }) => id));
        // From both ends, so before and behind the place that the list has come to.
        writes.push(subject.store.putVolume(volume(numbered(10 * step + 3))));
        writes.push(subject.store.putVolume(volume(numbered(300 - 10 * step + 7))));
        if (step % 2 === 1) writes.push(subject.store.removeVolume(numbered(10 * step - 7)));
        page = subject.store.volumes(page.at(-1)?.id ?? '', 4);
      }
      await Promise.all(writes);
      expect(listed).to.deep.equal(listed.toSorted());
      expect(new Set(listed)).to.have.lengthOf(listed.length);
      expect(listed).to.include.members(stay);
    });
  });
}

function list(store: Store, after: string, limit: number): string[] {
  const page = store.volumes(after, limit);
  return page.map(({ id }) => id);
}
