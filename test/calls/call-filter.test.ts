import { expect } from 'chai';
import { callFilter, CallFilterError, fits } from '../../src/calls/call-filter.js';
import { callRecord } from '../../src/calls/call-record.js';
import { keptCall } from '../../src/calls/kept-call.js';
import { CREATE, endedCall, PUBLISH } from './sample-call.js';

const publish = callRecord(
  ...keptCall(
    endedCall(PUBLISH, { volume_id: 'vol-1', target_path: '/t', staging_target_path: '/s' }),
    1,
    'node-1',
    'pvc-1',
  ),
);
const create = callRecord(
  ...keptCall(
    endedCall(CREATE, { name: 'pvc-1' }, { response: { volume: { volume_id: 'vol-1' } } }),
    2,
    'node-1',
  ),
);
const refused = callRecord(
  ...keptCall(
    endedCall(
      '/csi.v1.Controller/ControllerPublishVolume',
      { volume_id: 'v', node_id: 'node-2' },
      {
        code: 'NOT_FOUND',
      },
    ),
    3,
    'node-1',
  ),
);
const snapshot = callRecord(
  ...keptCall(
    endedCall('/csi.v1.Controller/CreateSnapshot', { source_volume_id: 'vol-2', name: 'snap-1' }),
    4,
    'node-1',
    'pvc-2',
  ),
);
const all = [publish, create, refused, snapshot];

describe('callFilter', () => {
  for (const [pattern, picked] of [
    ['', all],
    ['NodePublishVolume', [publish]],
    ['node-publish-volume', [publish]],
    ['rpc=nodepublishvolume', [publish]],
    ['volume=vol-1', [publish, create]],
    ['volume=pvc-1', [publish, create]],
    ['volume=vol-2', [snapshot]],
    ['volume=pvc-2', [snapshot]],
    ['volume=snap-1', []],
    ['volume=vol', []],
    ['path=/t', [publish]],
    ['path=/s', [publish]],
    ['node=node-1', all],
    ['node=node-2', [refused]],
    ['code=OK', [publish, create, snapshot]],
    ['code=not_found', [refused]],
    ['CreateVolume volume=vol-1 code=OK', [create]],
    ['  CreateVolume   code=NOT_FOUND ', []],
  ] as const) {
    it(`'${pattern}' picks ${picked.map(({ rpc }) => rpc).join(', ') || 'nothing'}`, () => {
      const filter = callFilter(pattern);
      expect(all.filter((record) => fits(record, filter))).to.deep.equal(picked);
    });
  }

  for (const [pattern, message] of [
    ['NodePublish', 'CSI v1.5 has no RPC "NodePublish"; did you mean NodePublishVolume?'],
    ['code=OKAY', '"OKAY" is the name of no gRPC code; did you mean OK?'],
    ['code=notfound', 'did you mean NOT_FOUND?'],
    ['code=5', 'no gRPC code'],
    ['volume=', 'got "volume="'],
    ['color=red', 'got "color=red"'],
    ['Probe Probe', 'each once'],
    ['volume=a volume=b', 'got "volume=b"'],
    ['constructor=a', 'got "constructor=a"'],
  ] as const) {
    it(`'${pattern}' makes no sense`, () => {
      expect(() => callFilter(pattern)).to.throw(CallFilterError, message);
    });
  }
});
