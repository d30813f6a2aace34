import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import type { VolumeUse } from '../../../src/services/controller/volume-uses.js';
import { openStore } from '../../../src/store/open-store.js';
import { contentOf, withDirectory } from '../../host/directory.js';
import { eventually } from '../../integration/eventually.js';
import { refused } from '../../integration/refusal.js';
import type { Leaves } from '../../store/fake-disk.js';
import {
  callOf,
  controllerUnderTest,
  creationRequest,
  type ControllerUnderTest,
} from './controller-under-test.js';
import { closedGate, settled } from '../gate.js';
import { rejectionOf } from '../../store/rejection.js';

const call = callOf();
const request = creationRequest('pvc-1');

describe('provisioning', () => {
  const directory = withDirectory();
  let subject: ControllerUnderTest;
  /** What nodes in other processes do with a volume, as it is found from one look to the next. */
  let looks: VolumeUse[][];
  let service: ControllerUnderTest['service'];

  beforeEach(async () => {
    looks = [];
    subject = await controllerUnderTest(directory.path, {
      uses: () => looks.shift() ?? [],
      capabilities: ['CREATE_DELETE_VOLUME', 'SINGLE_NODE_MULTI_WRITER'],
    });
    ({ service } = subject);
  });

  async function create(): Promise<string> {
    const { volume } = await service.CreateVolume(request, call);
    return volume?.volume_id ?? '';
  }
  const remove = async (volume_id: string) =>
    service.DeleteVolume({ volume_id, secrets: {} }, call);

  const failures: readonly (readonly Leaves[])[] = [
    ['nothing'],
    ['nothing', 'nothing'],
    ['everything'],
    ['everything', 'nothing'],
  ];
  for (const leaves of failures) {
    describe(`CreateVolume whose record cannot be written, leaving ${leaves.join(', then ')}`, () => {
      beforeEach(async () => {
        subject.disk.failNext(...leaves);
        await rejectionOf(create(), Error);
      });

      it('makes no volume and takes no capacity', async () => {
        expect(subject.store.volumeNamed('pvc-1')).to.equal(undefined);
        expect(contentOf(join(subject.pool.directory, 'volumes'))).to.deep.equal({});
        expect(subject.capacity.available({})).to.equal(100n);
      });

      it('leaves data for a record that the next start finds', async () => {
        const found = await openStore(subject.disk.open());
        await subject.pool.volumes.recover(new Set(found.volumes('', 10).map(({ id }) => id)));
        for (const { id } of found.volumes('', 10)) {
          expect(subject.pool.volumes.content(id)).not.to.equal(undefined);
        }
        expect(subject.pool.volumes.survey().items).to.deep.equal(found.volumes('', 10));
      });

      it('leaves nothing once it has been repeated', async () => {
        expect(subject.store.volume(await create())).to.have.property('name', 'pvc-1');
        expect(subject.capacity.available({})).to.equal(90n);
        await eventually(() => {
          expect(contentOf(join(subject.pool.directory, 'incoming'))).to.deep.equal({});
        });
      });
    });
  }

  it('CreateVolume whose data cannot be made says why, also when what is left cannot be removed', async () => {
    service = subject.serviceOver({
      async prepare(volume, fill) {
        await subject.pool.volumes.prepare(volume, fill);
        throw new Error('first');
      },
      discard: () => Promise.reject(new Error('second')),
    });
    expect(await rejectionOf(create(), Error)).to.have.property('message', 'first');
    expect(subject.store.volumeNamed('pvc-1')).to.equal(undefined);
  });

  it('CreateVolume again while the volume is being deleted makes another one', async () => {
    const id = await create();
    const gate = closedGate();
    const retire = async (volumeId: string) => {
      await gate.opened;
      await subject.pool.volumes.retire(volumeId);
    };
    service = subject.serviceOver({ retire });
    const removed = remove(id);
    await settled();
    const again = create();
    await settled();
    gate.open();
    await removed;
    const found = await again;
    expect(found).not.to.equal(id);
    expect(subject.store.volumes('', 10).map((volume) => volume.id)).to.deep.equal([found]);
  });

  it('CreateVolume again when the data is gone: FAILED_PRECONDITION, and nothing is made', async () => {
    const id = await create();
    rmSync(join(subject.pool.directory, 'volumes', id), { recursive: true });
    await refused(create(), 'FAILED_PRECONDITION', new RegExp(`data of volume ${id} is gone`));
    expect(contentOf(join(subject.pool.directory, 'volumes'))).to.deep.equal({});
    await remove(id);
    expect(await create()).not.to.equal(id);
  });

  it('DeleteVolume whose data cannot be moved for certain leaves the volume as it was', async () => {
    const id = await create();
    const before = contentOf(subject.pool.directory);
    const retire = async (volumeId: string) => {
      await subject.pool.volumes.retire(volumeId);
      throw new Error('not flushed');
    };
    service = subject.serviceOver({ retire });
    await rejectionOf(remove(id), Error);
    expect(subject.store.volume(id)).not.to.equal(undefined);
    expect(contentOf(subject.pool.directory)).to.deep.equal(before);
  });

  it('DeleteVolume whose record cannot be removed leaves the volume as it was', async () => {
    const id = await create();
    const before = contentOf(subject.pool.directory);
    subject.disk.failNext('nothing');
    await rejectionOf(remove(id), Error);
    expect(subject.store.volume(id)).not.to.equal(undefined);
    expect(contentOf(subject.pool.directory)).to.deep.equal(before);
    await remove(id);
    expect(subject.store.volume(id)).to.equal(undefined);
  });

  const use: VolumeUse = { nodeId: 'node-1', paths: [] };
  for (const [title, found] of [
    ['has the volume', [[use]]],
    ['begins to use the volume while it is being deleted', [[], [use]]],
  ] as const) {
    it(`DeleteVolume when another process ${title}: FAILED_PRECONDITION, the volume is as it was`, async () => {
      const id = await create();
      const before = contentOf(subject.pool.directory);
      looks = found.map((uses) => [...uses]);
      await refused(remove(id), 'FAILED_PRECONDITION', /in use on node-1/);
      expect(subject.store.volume(id)).not.to.equal(undefined);
      expect(contentOf(subject.pool.directory)).to.deep.equal(before);
    });
  }
});
