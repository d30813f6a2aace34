import { expect } from 'chai';
import { rejectionOf } from './rejection.js';
import { attachment, nodeVolume, volume } from './samples.js';
import type { Subject } from './subject.js';

/** What every store must do with attachments and with what nodes did. */
export function nodeContract(subject: Subject): void {
  describe('attachments', () => {
    it('are kept in the order in which they were made; one that is replaced keeps its place', async () => {
      await subject.store.putVolume(volume('a'));
      const readonly = { readonly: true };
      for (const nodeId of ['node/z', 'node/a', 'ノード']) {
        await subject.store.putAttachment(attachment('a', nodeId));
      }
      await subject.store.putAttachment(attachment('a', 'node/a', readonly));
      await subject.reopen();
      expect(subject.store.attachments('a')).to.deep.equal([
        attachment('a', 'node/z'),
        attachment('a', 'node/a', readonly),
        attachment('a', 'ノード'),
      ]);
    });

    it('are counted by node', async () => {
      for (const id of ['a', 'b', 'c']) {
        await subject.store.putVolume(volume(id));
        await subject.store.putAttachment(attachment(id, 'node-1'));
      }
      await subject.store.putAttachment(attachment('a', 'node-2'));
      await subject.store.putAttachment(attachment('a', 'node-1', { readonly: true }));
      await subject.store.removeAttachment('b', 'node-1');
      await subject.store.removeAttachment('b', 'node-2');
      await subject.store.removeAttachment('unknown', 'node-1');
      await subject.reopen();
      expect([
        subject.store.attachedTo('node-1'),
        subject.store.attachedTo('node-2'),
      ]).to.deep.equal([2, 1]);
      expect(subject.store.attachments('b')).to.deep.equal([]);
    });

    it('must be gone before their volume', async () => {
      await subject.store.putVolume(volume('a'));
      await subject.store.putAttachment(attachment('a', 'node-1'));
      await rejectionOf(subject.store.removeVolume('a'), Error);
      await subject.reopen();
      expect(subject.store.volume('a')).to.deep.equal(volume('a'));
      expect(subject.store.attachments('a')).to.deep.equal([attachment('a', 'node-1')]);
      await subject.store.removeAttachment('a', 'node-1');
      await subject.store.removeVolume('a');
      expect(subject.store.volumeCount).to.equal(0);
    });
  });

  describe('what nodes did', () => {
    it('is kept with every field, by node and by volume', async () => {
      const records = [
        nodeVolume('node-1', 'a'),
        nodeVolume('node-2', 'a', { publications: [] }),
        nodeVolume('node-1', 'csi-inline', { staging: null, bootId: 'boot-0' }),
      ];
      for (const record of records) await subject.store.putNodeVolume(record);
      await subject.reopen();
      expect(subject.store.nodeVolume('node-1', 'a')).to.deep.equal(records[0]);
      expect(subject.store.nodeVolume('node-2', 'a')).to.deep.equal(records[1]);
      expect(subject.store.nodeVolume('node-1', 'csi-inline')).to.deep.equal(records[2]);
      expect(subject.store.nodeVolume('node-3', 'a')).to.equal(undefined);
      expect(subject.store.nodeVolumes('node-1')).to.have.deep.members([records[0], records[2]]);
      expect(subject.store.nodeVolumes('node-3')).to.deep.equal([]);
    });

    it('is never mixed up, whatever the ids', async () => {
      const pairs = [
        ['a', 'b/c'],
        ['a/b', 'c'],
        ['a/b/c', ''],
        ['volume/a', 'meta/identity'],
        ['__proto__', 'constructor'],
      ] as const;
      for (const [volumeId, nodeId] of pairs) {
        await subject.store.putNodeVolume(nodeVolume(nodeId, volumeId));
      }
      await subject.reopen();
      for (const [volumeId, nodeId] of pairs) {
        expect(subject.store.nodeVolumes(nodeId)).to.deep.equal([nodeVolume(nodeId, volumeId)]);
      }
      expect(subject.store.volumeCount).to.equal(0);
    });

    it('is replaced, and removed once nothing is staged or published any more', async () => {
      await subject.store.putNodeVolume(nodeVolume('node-1', 'a'));
      await subject.store.putNodeVolume(nodeVolume('node-2', 'a'));
      await subject.store.putNodeVolume(nodeVolume('node-1', 'a', { publications: [] }));
      await subject.store.putNodeVolume(
        nodeVolume('node-2', 'a', { publications: [], staging: null }),
      );
      await subject.store.putNodeVolume(
        nodeVolume('node-3', 'a', { publications: [], staging: null }),
      );
      await subject.reopen();
      expect(subject.store.nodeVolumes('node-1')).to.deep.equal([
        nodeVolume('node-1', 'a', { publications: [] }),
      ]);
      for (const gone of ['node-2', 'node-3']) {
        expect(subject.store.nodeVolumes(gone)).to.deep.equal([]);
      }
      await subject.store.putNodeVolume(
        nodeVolume('node-1', 'a', { publications: [], staging: null }),
      );
      await subject.reopen();
      expect(subject.store.nodeVolumes('node-1')).to.deep.equal([]);
    });
  });
}
