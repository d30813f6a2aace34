import type { CreateSnapshotRequest } from '../../csi/generated/csi/v1/CreateSnapshotRequest.js';
import type { Check } from '../check.js';
import { controllerCapability } from '../controller-prerequisite.js';
import { createSnapshot, deleteSnapshot } from '../trial-snapshot.js';
import { mountCapability, type Trial } from '../trial.js';

const WRITER = mountCapability('SINGLE_NODE_WRITER');
const FIXED = {
  section: 'CreateSnapshot',
  since: '1.0.0',
  level: 'MUST',
  untestable: controllerCapability('CREATE_DELETE_SNAPSHOT'),
} as const;

/** CreateSnapshot and DeleteSnapshot. */
export const snapshotChecks: readonly Check[] = [
  {
    ...FIXED,
    id: 'snapshots/answer',
    title: 'CreateSnapshot answers all that is required of a snapshot',
    rule: 'snapshot_id, source_volume_id and creation_time are required, size_bytes is not negative',
    run: tryAnswer,
  },
  {
    ...FIXED,
    id: 'snapshots/same-name',
    title: 'CreateSnapshot twice with the same arguments answers the same snapshot',
    rule: 'idempotent: the snapshot of the name is answered, not another one made',
    async run(trial) {
      const { id } = await trial.volume([WRITER]);
      const request = { name: trial.volumeName(), source_volume_id: id };
      const first = await trial.need('CreateSnapshot', createSnapshot(trial, request));
      const again = createSnapshot(trial, request);
      const { code } = await trial.expect('CreateSnapshot again', again, ['OK']);
      if (code !== 'OK') return;
      const { snapshot_id } = await again;
      if (snapshot_id === first.snapshot_id) return;
      trial.deviates({
        sent: 'CreateSnapshot of one name and source',
        came: `snapshot_id ${snapshot_id}`,
        wanted: `snapshot_id ${first.snapshot_id}`,
      });
    },
  },
  {
    ...FIXED,
    id: 'snapshots/other-source',
    title: 'CreateSnapshot of a name that is taken by another source: ALREADY_EXISTS',
    section: 'CreateSnapshot Errors',
    rule: 'ALREADY_EXISTS where the snapshot of the name is incompatible with the volume_id',
    async run(trial) {
      const [one, other] = [await trial.volume([WRITER]), await trial.volume([WRITER])];
      const name = trial.volumeName();
      await trial.need('CreateSnapshot', createSnapshot(trial, { name, source_volume_id: one.id }));
      const second = createSnapshot(trial, { name, source_volume_id: other.id });
      await trial.expect('CreateSnapshot with another source', second, ['ALREADY_EXISTS']);
    },
  },
  malformed('no-name', (id) => ({ name: '', source_volume_id: id })),
  malformed('no-source', () => ({ source_volume_id: '' })),
  {
    ...FIXED,
    id: 'snapshots/delete-twice',
    title: 'DeleteSnapshot twice: OK',
    section: 'DeleteSnapshot',
    rule: 'idempotent: OK where the snapshot does not exist any more',
    async run(trial) {
      const { id } = await trial.volume([WRITER]);
      const { snapshot_id } = await trial.need(
        'CreateSnapshot',
        createSnapshot(trial, { source_volume_id: id }),
      );
      await trial.expect('DeleteSnapshot', deleteSnapshot(trial, snapshot_id), ['OK']);
      await trial.expect('DeleteSnapshot again', deleteSnapshot(trial, snapshot_id), ['OK']);
    },
  },
  {
    ...FIXED,
    id: 'snapshots/malformed/delete-no-id',
    title: 'DeleteSnapshot without a snapshot_id: INVALID_ARGUMENT',
    section: 'Error Scheme',
    rule: 'INVALID_ARGUMENT where a required field is missing',
    async run(trial) {
      await trial.expect('DeleteSnapshot', deleteSnapshot(trial, ''), ['INVALID_ARGUMENT']);
    },
  },
];

function malformed(name: string, request: (volumeId: string) => CreateSnapshotRequest): Check {
  const title = `CreateSnapshot with ${name.replaceAll('-', ' ')}`;
  return {
    ...FIXED,
    id: `snapshots/malformed/${name}`,
    title: `${title}: INVALID_ARGUMENT`,
    section: 'Error Scheme',
    rule: 'INVALID_ARGUMENT where a required field is missing',
    async run(trial) {
      const { id } = await trial.volume([WRITER]);
      await trial.need(
        'a well-formed CreateSnapshot',
        createSnapshot(trial, { source_volume_id: id }),
      );
      await trial.expect(title, createSnapshot(trial, request(id)), ['INVALID_ARGUMENT']);
    },
  };
}

async function tryAnswer(trial: Trial): Promise<void> {
  const { id } = await trial.volume([WRITER]);
  const { snapshot_id, source_volume_id, creation_time, size_bytes } = await trial.need(
    'CreateSnapshot',
    createSnapshot(trial, { source_volume_id: id }),
  );
  const wrong = [
    [snapshot_id === '', 'no snapshot_id', 'an id'],
    [source_volume_id !== id, `source_volume_id ${source_volume_id || 'empty'}`, id],
    [creation_time === null, 'no creation_time', 'the time'],
    [BigInt(size_bytes) < 0n, `size_bytes ${size_bytes}`, '0 or more'],
  ] as const;
  for (const [is, came, wanted] of wrong) {
    if (is) trial.deviates({ sent: 'CreateSnapshot', came, wanted });
  }
}
