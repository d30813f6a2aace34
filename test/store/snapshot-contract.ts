import { expect } from 'chai';
import { rejectionOf } from './rejection.js';
import { protoKey, snapshot, volume } from './samples.js';
import type { Subject } from './subject.js';

/** What every store must do with snapshots. */
export function snapshotContract(subject: Subject): void {
  const list = (after: string, limit: number, source?: string) =>
    subject.store.snapshots(after, limit, source).map(({ id }) => id);

  describe('snapshots', () => {
    const kept = [
      snapshot('plain'),
      snapshot('largest', { sizeBytes: 2n ** 63n - 1n, createdAt: Number.MAX_SAFE_INTEGER }),
      snapshot('unicode', { name: 'données / 数据 "🗄️"\n\u{10FFFF}', format: 'raw' }),
      snapshot('proto', { name: '__proto__', sourceVolumeId: '__proto__', format: 'xfs' }),
      snapshot('dots', {
        name: '../../etc/passwd',
        accessibleTopology: [{ 'topology.mock.csi.test/node': 'node-1' }, protoKey('zone')],
      }),
    ];
    for (const each of kept) {
      it(`keeps every field of snapshot "${each.id}", and finds it by id, name and source`, async () => {
        await subject.store.putSnapshot(each);
        await subject.reopen();
        expect(subject.store.snapshot(each.id)).to.deep.equal(each);
        expect(subject.store.snapshotNamed(each.name)).to.deep.equal(each);
        expect(list('', 10, each.sourceVolumeId)).to.deep.equal([each.id]);
      });
    }

    it('does not know what was never put, nor takes volumes for snapshots', async () => {
      await subject.store.putVolume(volume('a', { name: 'a' }));
      for (const unknown of ['', 'a', '__proto__', 'constructor']) {
        expect(subject.store.snapshot(unknown)).to.equal(undefined);
        expect(subject.store.snapshotNamed(unknown)).to.equal(undefined);
        expect(list('', 10, unknown)).to.deep.equal([]);
      }
      await subject.store.putSnapshot(snapshot('a', { name: 'a' }));
      await subject.reopen();
      expect(subject.store.volume('a')).to.deep.equal(volume('a', { name: 'a' }));
    });

    it('lists in order of id, all or those of a volume, and goes on after any id', async () => {
      for (const id of ['b', 'C', 'a-1', 'a', 'd']) {
        const sourceVolumeId = id < 'b' ? 'vol-1' : 'vol-2';
        await subject.store.putSnapshot(snapshot(id, { sourceVolumeId }));
      }
      for (const time of ['before', 'after']) {
        expect(list('', Infinity), time).to.deep.equal(['C', 'a', 'a-1', 'b', 'd']);
        expect(list('', 2), time).to.deep.equal(['C', 'a']);
        expect(list('aa', 10), time).to.deep.equal(['b', 'd']);
        expect(list('', 2, 'vol-1'), time).to.deep.equal(['C', 'a']);
        expect(list('C', 10, 'vol-1'), time).to.deep.equal(['a', 'a-1']);
        expect(list('', 10, 'vol-2'), time).to.deep.equal(['b', 'd']);
        await subject.reopen();
      }
    });

    it('removes a snapshot with its name, which another one may then have', async () => {
      await subject.store.putSnapshot(snapshot('a', { name: 'daily' }));
      await subject.store.removeSnapshot('a');
      await subject.store.removeSnapshot('a');
      expect(subject.store.snapshotNamed('daily')).to.equal(undefined);
      expect(list('', 10, 'vol-1')).to.deep.equal([]);
      await subject.store.putSnapshot(snapshot('b', { name: 'daily' }));
      await subject.reopen();
      expect(subject.store.snapshot('a')).to.equal(undefined);
      expect(list('', 10)).to.deep.equal(['b']);
    });

    it('outlives the volume that it was cut of', async () => {
      await subject.store.putVolume(volume('vol-1'));
      await subject.store.putSnapshot(snapshot('a'));
      await subject.store.removeVolume('vol-1');
      await subject.reopen();
      expect(list('', 10, 'vol-1')).to.deep.equal(['a']);
    });

    it('refuses a name that another snapshot has, and another name or source', async () => {
      await subject.store.putSnapshot(snapshot('a', { name: 'one' }));
      const others = [
        snapshot('b', { name: 'one' }),
        snapshot('a', { name: 'two' }),
        snapshot('a', { name: 'one', sourceVolumeId: 'vol-2' }),
      ];
      for (const each of others) await rejectionOf(subject.store.putSnapshot(each), Error);
      await subject.reopen();
      expect(subject.store.snapshots('', 10)).to.deep.equal([snapshot('a', { name: 'one' })]);
    });
  });
}
