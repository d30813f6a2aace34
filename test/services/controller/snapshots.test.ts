import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { StatusError } from '../../../src/csi/status.js';
import type { ContentCopy } from '../../../src/host/copy/content-copy.js';
import { CopyError, NoRoomError } from '../../../src/host/copy/copy-error.js';
import { mountCapability } from '../../csi/samples/sample.js';
import { contentOf, withDirectory } from '../../host/directory.js';
import { eventually } from '../../integration/eventually.js';
import { refused } from '../../integration/refusal.js';
import type { Leaves } from '../../store/fake-disk.js';
import { rejectionOf } from '../../store/rejection.js';
import {
  callOf,
  controllerUnderTest,
  creationRequest,
  type ControllerUnderTest,
} from './controller-under-test.js';
import { closedGate, settled, type Gate } from '../gate.js';

describe('a copy that takes long', () => {
  const directory = withDirectory();
  let subject: ControllerUnderTest;
  let volume_id: string;
  /** What the copy waits for; it then makes content, or fails. */
  let gate: Gate;
  let outcome: Error | undefined;
  let copied: number;

  const copy: ContentCopy = async ({ volume }, root, { signal }) => {
    copied += 1;
    mkdirSync(join(root, 'data'));
    signal.addEventListener('abort', gate.open);
    await gate.opened;
    if (signal.aborted) throw new CopyError('ended', 'the copy was ended');
    if (outcome !== undefined) throw outcome;
    await volume?.alone?.(signal, () => Promise.resolve());
  };

  async function begin(overlap: 'wait' | 'abort' = 'wait'): Promise<void> {
    gate = closedGate();
    outcome = undefined;
    copied = 0;
    subject = await controllerUnderTest(directory.path, { copy, overlap });
    volume_id = await createVolume('source');
  }
  beforeEach(() => begin());

  async function createVolume(
    name: string,
    source: ReturnType<typeof creationRequest>['volume_content_source'] = null,
    signal?: AbortSignal,
  ): Promise<string> {
    const request = { ...creationRequest(name), volume_content_source: source };
    const { volume } = await subject.service.CreateVolume(request, callOf(signal));
    return volume?.volume_id ?? '';
  }
  async function createSnapshot(name: string, signal?: AbortSignal): Promise<string> {
    const request = { name, source_volume_id: volume_id, parameters: {}, secrets: {} };
    const { snapshot } = await subject.service.CreateSnapshot(request, callOf(signal));
    return snapshot?.snapshot_id ?? '';
  }
  const deleteVolume = async (id = volume_id, signal?: AbortSignal) =>
    subject.service.DeleteVolume({ volume_id: id, secrets: {} }, callOf(signal));
  const deleteSnapshot = async (snapshot_id: string) =>
    subject.service.DeleteSnapshot({ snapshot_id, secrets: {} }, callOf());
  const expand = async () =>
    subject.service.ControllerExpandVolume(
      {
        volume_id,
        capacity_range: { required_bytes: '20', limit_bytes: '0' },
        volume_capability: null,
        secrets: {},
      },
      callOf(),
    );
  const publish = async (id = volume_id) =>
    subject.service.ControllerPublishVolume(
      {
        volume_id: id,
        node_id: 'node-1',
        volume_capability: mountCapability.value,
        readonly: false,
        secrets: {},
        volume_context: {},
      },
      callOf(),
    );
  const fromVolume = () => ({ type: 'volume', volume: { volume_id } }) as const;
  const inPool = (name: string) => contentOf(join(subject.pool.directory, name));

  const MAKERS: [what: string, place: string, make: (signal?: AbortSignal) => Promise<string>][] = [
    ['a snapshot', 'snapshots', (signal) => createSnapshot('made', signal)],
    ['a clone', 'volumes', (signal) => createVolume('made', fromVolume(), signal)],
  ];
  for (const [what, place, make] of MAKERS) {
    describe(`of ${what}`, () => {
      it('goes on when its caller gives up, and the retry gets what it made', async () => {
        const caller = new AbortController();
        const first = make(caller.signal);
        await eventually(() => expect(copied).to.equal(1));
        caller.abort();
        const retry = make();
        await settled();
        gate.open();
        expect(await retry).to.equal(await first);
        expect(copied).to.equal(1);
      });

      it('a retry that gives up meanwhile is CANCELLED, and disturbs nothing', async () => {
        const caller = new AbortController();
        const first = make();
        await eventually(() => expect(copied).to.equal(1));
        const retry = refused(make(caller.signal), 'CANCELLED');
        caller.abort();
        await retry;
        gate.open();
        await first;
        expect(copied).to.equal(1);
      });

      it('is not listed, nor shown, before it is done', async () => {
        const before = inPool(place);
        const making = make();
        await eventually(() => expect(copied).to.equal(1));
        expect(subject.store.snapshots('', 10)).to.deep.equal([]);
        expect(subject.store.volumes('', 10)).to.have.lengthOf(1);
        expect(inPool(place)).to.deep.equal(before);
        gate.open();
        await making;
        expect(inPool(place)).not.to.deep.equal(before);
      });

      it('publishes of its source and calls on other volumes go on', async () => {
        const making = make();
        await eventually(() => expect(copied).to.equal(1));
        await publish();
        const other = await createVolume('other');
        await publish(other);
        gate.open();
        await making;
      });

      it('deletion and expansion of its source wait for it', async () => {
        const said: string[] = [];
        const making = make().then(() => said.push('made'));
        await eventually(() => expect(copied).to.equal(1));
        const expanding = expand().then(() => said.push('expanded'));
        const deleting = deleteVolume().then(() => said.push('deleted'));
        await settled();
        await publish();
        await subject.service.ControllerUnpublishVolume(
          { volume_id, node_id: 'node-1', secrets: {} },
          callOf(),
        );
        expect(said).to.deep.equal([]);
        expect(subject.store.volume(volume_id)).to.have.property('capacityBytes', 10n);
        gate.open();
        await Promise.all([making, expanding, deleting]);
        expect(said).to.deep.equal(['made', 'expanded', 'deleted']);
      });

      it('a deletion that gives up while it waits never happens', async () => {
        const making = make();
        await eventually(() => expect(copied).to.equal(1));
        const caller = new AbortController();
        const deleting = refused(deleteVolume(volume_id, caller.signal), 'CANCELLED');
        caller.abort();
        await deleting;
        gate.open();
        await making;
        expect(subject.store.volume(volume_id)).not.to.equal(undefined);
      });

      it('with overlap "abort": ABORTED for its retry and for a deletion, not for a publish', async () => {
        await begin('abort');
        const making = make();
        await eventually(() => expect(copied).to.equal(1));
        await refused(make(), 'ABORTED', /try again later/);
        await refused(deleteVolume(), 'ABORTED', /try again later/);
        await publish();
        gate.open();
        await making;
      });

      it('with overlap "abort" it waits itself for a call on its source that is under way', async () => {
        await begin('abort');
        const making = make();
        await eventually(() => expect(copied).to.equal(1));
        const other = closedGate();
        const { signal } = callOf();
        const holding = subject.locks.run(volume_id, signal, () => other.opened);
        gate.open();
        await settled();
        other.open();
        await holding;
        expect(await making).not.to.equal('');
      });

      for (const [title, error, code] of [
        ['that never settles', new CopyError('unsettled', 'try again'), 'ABORTED'],
        ['that finds the disk full', new NoRoomError('ENOSPC', 'full'), undefined],
        ['that fails', new Error('broken'), undefined],
      ] as const) {
        it(`${title} leaves nothing, and the retry begins anew`, async () => {
          const before = [inPool('volumes'), inPool('snapshots')];
          outcome = error;
          gate.open();
          const thrown = await rejectionOf(make(), Error);
          if (code === undefined) expect(thrown).to.equal(error);
          else expect(thrown).to.be.instanceOf(StatusError).with.property('code', code);
          expect([inPool('volumes'), inPool('snapshots')]).to.deep.equal(before);
          for (const incoming of ['incoming', 'incoming-snapshots', 'trash', 'trash-snapshots']) {
            expect(inPool(incoming)).to.deep.equal({});
          }
          expect(subject.capacity.available({})).to.equal(90n);
          outcome = undefined;
          await make();
          await deleteVolume();
        });
      }

      it('ends when the driver stops: UNAVAILABLE, and nothing is left', async () => {
        const making = refused(make(), 'UNAVAILABLE', /cannot be copied/);
        await eventually(() => expect(copied).to.equal(1));
        subject.copies.end();
        await making;
        for (const incoming of ['incoming', 'incoming-snapshots']) {
          expect(inPool(incoming)).to.deep.equal({});
        }
      });
    });
  }

  it('deletion of a snapshot waits while a volume is made from it', async () => {
    gate.open();
    const snapshot_id = await createSnapshot('made');
    gate = closedGate();
    const source = { type: 'snapshot', snapshot: { snapshot_id } } as const;
    const restoring = createVolume('restored', source);
    await eventually(() => expect(copied).to.equal(2));
    let isDeleted = false;
    const deleting = deleteSnapshot(snapshot_id).then(() => (isDeleted = true));
    await settled();
    expect(isDeleted).to.equal(false);
    gate.open();
    await restoring;
    await deleting;
    expect(subject.store.snapshot(snapshot_id)).to.equal(undefined);
  });

  describe('of a snapshot whose record', () => {
    const failures: readonly (readonly Leaves[])[] = [['nothing'], ['everything']];
    for (const leaves of failures) {
      it(`cannot be written, leaving ${leaves.join()}: no snapshot; the retry leaves nothing else`, async () => {
        gate.open();
        subject.disk.failNext(...leaves);
        await rejectionOf(createSnapshot('made'), Error);
        expect(subject.store.snapshotNamed('made')).to.equal(undefined);
        expect(inPool('snapshots')).to.deep.equal({});
        const id = await createSnapshot('made');
        await eventually(() => expect(inPool('incoming-snapshots')).to.deep.equal({}));
        expect(Object.keys(inPool('snapshots'))).to.include(`${id}/`);
      });
    }

    it('cannot be removed: the snapshot is as it was', async () => {
      gate.open();
      const id = await createSnapshot('made');
      const before = inPool('.');
      subject.disk.failNext('nothing');
      await rejectionOf(deleteSnapshot(id), Error);
      expect(inPool('.')).to.deep.equal(before);
      expect(subject.store.snapshot(id)).not.to.equal(undefined);
      await deleteSnapshot(id);
      expect(subject.store.snapshot(id)).to.equal(undefined);
    });
  });
});
