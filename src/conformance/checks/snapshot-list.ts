import type { ListSnapshotsRequest } from '../../csi/generated/csi/v1/ListSnapshotsRequest.js';
import { Untestable } from '../untestable.js';
import type { Check } from '../check.js';
import { allOf, controllerCapability } from '../controller-prerequisite.js';
import { createSnapshot, deleteSnapshot } from '../trial-snapshot.js';
import { mountCapability, type Trial } from '../trial.js';

const WRITER = mountCapability('SINGLE_NODE_WRITER');
const FIXED = {
  section: 'ListSnapshots',
  since: '1.0.0',
  level: 'MUST',
  untestable: allOf(
    controllerCapability('CREATE_DELETE_SNAPSHOT'),
    controllerCapability('LIST_SNAPSHOTS'),
  ),
} as const;
/** A driver may have any number of snapshots; the check has few. */
const MOST_PAGES = 200;

/** ListSnapshots, as far as the checker's own snapshots are concerned. */
export const snapshotListChecks: readonly Check[] = [
  listing('whole', 'ListSnapshots without max_entries has each snapshot once', {}),
  listing('pages', 'ListSnapshots by pages of one entry has each snapshot once', {
    max_entries: 1,
  }),
  {
    ...FIXED,
    id: 'snapshot-list/by-id',
    title: 'ListSnapshots with a snapshot_id: that snapshot alone',
    rule: 'snapshot_id lists only a specific snapshot',
    async run(trial) {
      const { snapshots } = await twoOfOne(trial);
      const [first = ''] = snapshots;
      await expectIds(trial, { snapshot_id: first }, [first]);
    },
  },
  {
    ...FIXED,
    id: 'snapshot-list/by-source',
    title: 'ListSnapshots with a source_volume_id: the snapshots of that volume alone',
    rule: 'source_volume_id lists the snapshots of that volume',
    async run(trial) {
      const { source, snapshots } = await twoOfOne(trial);
      await twoOfOne(trial);
      await expectIds(trial, { source_volume_id: source }, snapshots);
    },
  },
  {
    ...FIXED,
    id: 'snapshot-list/deleted',
    title: 'ListSnapshots with the id of a snapshot that was deleted: an empty list',
    rule: 'it answers current information about the snapshots that there are',
    async run(trial) {
      const { snapshots } = await twoOfOne(trial);
      const [snapshot_id = ''] = snapshots;
      await trial.need('DeleteSnapshot', deleteSnapshot(trial, snapshot_id));
      await expectIds(trial, { snapshot_id }, []);
    },
  },
  {
    ...FIXED,
    id: 'snapshot-list/bad-token',
    title: 'ListSnapshots from a starting_token that nobody gave out: ABORTED',
    rule: 'ABORTED where starting_token is not valid',
    async run(trial) {
      await trial.need('ListSnapshots', list(trial, {}));
      const listed = list(trial, { starting_token: trial.volumeName() });
      await trial.expect('ListSnapshots', listed, ['ABORTED']);
    },
  },
];

function listing(id: string, title: string, request: ListSnapshotsRequest): Check {
  return {
    ...FIXED,
    id: `snapshot-list/${id}`,
    title,
    rule: 'it answers all snapshots that there are, by pages that next_token joins',
    async run(trial) {
      const { snapshots } = await twoOfOne(trial);
      const once = (ids: readonly string[]) =>
        snapshots.every((own) => ids.filter((each) => each === own).length === 1);
      // Others may have made or deleted snapshots meanwhile, which excuses a gap or a repetition.
      if (once(await idsOf(trial, request))) return;
      const ids = await idsOf(trial, request);
      if (once(ids)) return;
      const found = ids.filter((each) => snapshots.includes(each)).length;
      trial.deviates({
        sent: title,
        came: `${found} entries for ${snapshots.length} snapshots`,
        wanted: 'one for each',
      });
    },
  };
}

/** Two snapshots of a volume. */
async function twoOfOne(
  trial: Trial,
): Promise<{ readonly source: string; readonly snapshots: readonly string[] }> {
  const { id: source } = await trial.volume([WRITER]);
  const make = async () => {
    const making = createSnapshot(trial, { source_volume_id: source });
    return (await trial.need('CreateSnapshot', making)).snapshot_id;
  };
  return { source, snapshots: [await make(), await make()] };
}

async function expectIds(
  trial: Trial,
  request: ListSnapshotsRequest,
  wanted: readonly string[],
): Promise<void> {
  const found = await idsOf(trial, request);
  if (found.toSorted().join() === wanted.toSorted().join()) return;
  const few = found.length > 5 ? `${found.length} snapshots` : found.join(', ');
  trial.deviates({
    sent: `ListSnapshots with ${Object.keys(request).join()}`,
    came: few || 'an empty list',
    wanted: wanted.join(', ') || 'an empty list',
  });
}

/** The ids of all entries, page by page. Notes pages that are too large. */
async function idsOf(trial: Trial, request: ListSnapshotsRequest): Promise<readonly string[]> {
  const ids: string[] = [];
  const most = request.max_entries ?? 0;
  let starting_token = '';
  for (let page = 1; page <= MOST_PAGES; page += 1) {
    const listed = list(trial, { ...request, starting_token });
    const { code } = await trial.expect(`ListSnapshots, page ${page}`, listed, ['OK']);
    if (code !== 'OK') throw new Untestable('ListSnapshots was refused');
    const { entries, next_token } = await listed;
    if (most > 0 && entries.length > most) {
      const came = `${entries.length} entries`;
      trial.deviates({ sent: 'ListSnapshots', came, wanted: `at most ${most}` });
    }
    ids.push(...entries.map(({ snapshot }) => snapshot?.snapshot_id ?? ''));
    if (next_token === '') return ids;
    starting_token = next_token;
  }
  throw new Untestable(`the driver has more snapshots than ${MOST_PAGES} pages hold`);
}

function list({ subject, call, secrets }: Trial, request: ListSnapshotsRequest) {
  return subject.controller.controller.ListSnapshots(
    { ...request, secrets: secrets('ListSnapshots') },
    call,
  );
}
