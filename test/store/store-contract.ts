import { expect } from 'chai';
import type { Store } from '../../src/store/store.js';
import { rejectionOf } from './rejection.js';
import { nodeContract } from './node-contract.js';
import { attachment, nodeVolume, numbered, volume } from './samples.js';
import { snapshotContract } from './snapshot-contract.js';
import type { Place, Subject } from './subject.js';
import { volumeContract } from './volume-contract.js';

/** What every store must do. `create` makes a place without a store in it. */
export function storeContract(name: string, create: () => Promise<Place>): void {
  describe(`${name}: the contract of a store`, () => {
    let place: Place;
    let store: Store;

    const subject: Subject = {
      get store() {
        return store;
      },
      async reopen() {
        await store.close();
        store = await place.open();
      },
    };

    beforeEach(async () => {
      place = await create();
      store = await place.open();
    });

    afterEach(async () => {
      await store.close();
      await place.remove();
    });

    it('begins empty, with an identity that it keeps and shares with no other store', async () => {
      const other = await create();
      try {
        const otherStore = await other.open();
        await otherStore.close();
        const { id } = store;
        expect(store.volumeCount).to.equal(0);
        expect(store.volumes('', 10)).to.deep.equal([]);
        await subject.reopen();
        expect(store.id).to.equal(id).and.not.equal(otherStore.id);
      } finally {
        await other.remove();
      }
    });

    volumeContract(subject);
    snapshotContract(subject);
    nodeContract(subject);

    describe('writes side by side', () => {
      it('are seen by reads at once, settled or not', async () => {
        const writes = [store.putVolume(volume('a', { kind: 'fast' }))];
        expect(store.volumeNamed('pvc of a')).to.deep.equal(volume('a', { kind: 'fast' }));
        expect(store.promisedBytes('fast')).to.equal(1024n);
        const listed = store.volumes('', 10);
        writes.push(store.putAttachment(attachment('a', 'node-1')));
        expect(store.attachedTo('node-1')).to.equal(1);
        writes.push(store.removeAttachment('a', 'node-1'), store.removeVolume('a'));
        expect([store.volume('a'), store.volumeCount]).to.deep.equal([undefined, 0]);
        writes.push(store.putNodeVolume(nodeVolume('node-1', 'a')));
        expect(store.nodeVolumes('node-1')).to.have.lengthOf(1);
        expect(listed).to.have.lengthOf(1);
        await Promise.all(writes);
      });

      it('are all kept, 100 at once, by a close that comes behind them', async () => {
        const volumes = Array.from({ length: 100 }, (_, index) => volume(numbered(index)));
        const writes = volumes.flatMap((each) => [
          store.putVolume(each),
          store.putAttachment(attachment(each.id, 'node-1')),
          store.putNodeVolume(nodeVolume('node-1', each.id)),
        ]);
        await subject.reopen();
        await Promise.all(writes);
        expect(store.volumeCount).to.equal(100);
        expect(store.volumes('', 1000)).to.deep.equal(volumes);
        expect(store.attachedTo('node-1')).to.equal(100);
        expect(store.nodeVolumes('node-1')).to.have.lengthOf(100);
      });

      it('of the same volume end as the last one says', async () => {
        const writes = Array.from({ length: 21 }, (_, index) =>
          index % 2 === 1
            ? store.removeVolume('a')
            : store.putVolume(volume('a', { capacityBytes: BigInt(index) })),
        );
        await Promise.all(writes);
        await subject.reopen();
        expect(store.volume('a')).to.deep.equal(volume('a', { capacityBytes: 20n }));
        await Promise.all([store.putVolume(volume('b')), store.removeVolume('b')]);
        await subject.reopen();
        expect(store.volumes('', 10)).to.have.lengthOf(1);
      });
    });

    it('refuses writes once it is closed', async () => {
      await store.putVolume(volume('a'));
      await store.close();
      await rejectionOf(store.putVolume(volume('b')), Error);
      await rejectionOf(store.putNodeVolume(nodeVolume('node-1', 'a')), Error);
      store = await place.open();
      expect(store.volumes('', 10)).to.deep.equal([volume('a')]);
      expect(store.nodeVolumes('node-1')).to.deep.equal([]);
    });
  });
}
