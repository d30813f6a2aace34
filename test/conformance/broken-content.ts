import { randomUUID } from 'node:crypto';
import type { ListSnapshotsResponse__Output } from '../../src/csi/generated/csi/v1/ListSnapshotsResponse.js';
import { instead, wrongly } from './broken-answer.js';
import type { BrokenDriver } from './broken-driver.js';

/** Each breaks a rule of snapshots, of volumes that are made from a source, or of the condition. */
export const brokenContent: readonly BrokenDriver[] = [
  {
    name: 'cuts another snapshot for each CreateSnapshot',
    controller: (real) => ({
      CreateSnapshot: (request) =>
        real.CreateSnapshot({
          ...request,
          name: request.name && `${request.name}-${randomUUID()}`,
        }),
    }),
    caughtBy: [/^snapshots\/same-name$/, /^snapshots\/other-source$/],
  },
  {
    name: 'does not say when a snapshot was cut, nor of what',
    controller: (real) => ({
      async CreateSnapshot(request) {
        const { snapshot } = await real.CreateSnapshot(request);
        return {
          snapshot: snapshot && { ...snapshot, creation_time: null, source_volume_id: '' },
        };
      },
    }),
    caughtBy: [/^snapshots\/answer$/],
  },
  {
    name: 'answers OK to a CreateSnapshot without a name or a source, and to a DeleteSnapshot without an id',
    controller: (real) => ({
      CreateSnapshot: (request) => {
        const answer = real.CreateSnapshot(request);
        return request.name === '' || request.source_volume_id === ''
          ? answer.catch(() => ({ snapshot: { snapshot_id: 'broken' } }))
          : answer;
      },
      DeleteSnapshot: (request) =>
        request.snapshot_id === 'broken'
          ? {}
          : instead(real.DeleteSnapshot(request), 'INVALID_ARGUMENT', 'OK'),
    }),
    caughtBy: [
      /^snapshots\/malformed\/no-name$/,
      /^snapshots\/malformed\/no-source$/,
      /^snapshots\/malformed\/delete-no-id$/,
    ],
  },
  {
    name: 'deletes a snapshot once only',
    controller(real) {
      const gone = new Set<string>();
      return {
        async DeleteSnapshot(request) {
          if (gone.has(request.snapshot_id)) throw wrongly('NOT_FOUND');
          const answer = await real.DeleteSnapshot(request);
          gone.add(request.snapshot_id);
          return answer;
        },
      };
    },
    caughtBy: [/^snapshots\/delete-twice$/],
  },
  {
    name: 'lists all snapshots whatever is asked for',
    controller: (real) => ({
      ListSnapshots: (request) =>
        real.ListSnapshots({ ...request, snapshot_id: '', source_volume_id: '' }),
    }),
    // Where there is no other snapshot, an empty list is what there is.
    caughtBy: [/^snapshot-list\/(by-id|by-source|deleted)$/],
  },
  {
    name: 'loses the snapshot between two pages, and starts a list anywhere',
    controller: (real) => ({
      async ListSnapshots(request) {
        const page: Partial<ListSnapshotsResponse__Output> = await instead(
          real.ListSnapshots(request),
          'ABORTED',
          'OK',
        );
        if (!page.next_token) return page;
        const { next_token } = await real.ListSnapshots({
          max_entries: 1,
          starting_token: page.next_token,
        });
        return { ...page, next_token };
      },
    }),
    caughtBy: [/^snapshot-list\/pages$/, /^snapshot-list\/bad-token$/],
  },
  {
    name: 'lists every snapshot twice',
    controller: (real) => ({
      async ListSnapshots(request) {
        const { entries, next_token } = await real.ListSnapshots({ ...request, max_entries: 0 });
        return { entries: [...entries, ...entries], next_token };
      },
    }),
    caughtBy: [/^snapshot-list\/(whole|pages)$/, /^snapshot-list\/by-(id|source)$/],
  },
  {
    name: 'makes every volume empty',
    controller: (real) => ({
      CreateVolume: (request) => real.CreateVolume({ ...request, volume_content_source: null }),
    }),
    caughtBy: [
      /^content-source\/snapshot\/content$/,
      /^content-source\/snapshot\/unknown$/,
      /^content-source\/volume\/content$/,
      /^content-source\/volume\/unknown$/,
    ],
  },
  {
    name: 'advertises VOLUME_CONDITION and tells no condition',
    controller: (real) => ({
      async ControllerGetVolume(request) {
        const answer = await real.ControllerGetVolume(request);
        return { ...answer, status: { ...answer.status, volume_condition: null } };
      },
      async ListVolumes(request) {
        const answer = await real.ListVolumes(request);
        const entries = answer.entries.map(({ volume, status }) => ({
          volume,
          status: { ...status, volume_condition: null },
        }));
        return { ...answer, entries };
      },
    }),
    node: (real) => ({
      async NodeGetVolumeStats(request) {
        return { ...(await real.NodeGetVolumeStats(request)), volume_condition: null };
      },
    }),
    caughtBy: [/^condition\/get-volume$/, /^condition\/list-volumes$/, /^condition\/node$/],
  },
  {
    name: 'tells conditions without a message',
    node: (real) => ({
      async NodeGetVolumeStats(request) {
        const answer = await real.NodeGetVolumeStats(request);
        return { ...answer, volume_condition: { abnormal: false } };
      },
    }),
    caughtBy: [/^condition\/node$/],
  },
];
