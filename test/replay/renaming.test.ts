import { expect } from 'chai';
import { RPCS } from '../../src/csi/rpc.js';
import type { RecordedCall } from '../../src/replay/recorded-call.js';
import { renaming, type Renaming } from '../../src/replay/renaming.js';

const call = (name: string, request: object, response: object | null = null): RecordedCall => {
  const rpc = RPCS.get(name);
  if (rpc === undefined) throw new Error(`there is no ${name}`);
  return { line: 1, rpc, node: 'node-a', request, response, code: 'OK' };
};

const names = (): Renaming => renaming('/replay', 'node-z');

describe('renaming', () => {
  for (const [title, made, answered, used, sent] of [
    [
      'volumes by what CreateVolume answers',
      call('CreateVolume', {}, { volume: { volume_id: 'old' } }),
      { volume: { volume_id: 'new' } },
      call('DeleteVolume', { volume_id: 'old' }),
      { volume_id: 'new' },
    ],
    [
      'snapshots by what CreateSnapshot answers, wherever they are named',
      call('CreateSnapshot', {}, { snapshot: { snapshot_id: 'old' } }),
      { snapshot: { snapshot_id: 'new' } },
      call('CreateVolume', { volume_content_source: { snapshot: { snapshot_id: 'old' } } }),
      { volume_content_source: { snapshot: { snapshot_id: 'new' } } },
    ],
    [
      'volumes that are the source of others',
      call('CreateVolume', {}, { volume: { volume_id: 'old' } }),
      { volume: { volume_id: 'new' } },
      call('CreateSnapshot', { source_volume_id: 'old', name: 'old' }),
      { source_volume_id: 'new', name: 'old' },
    ],
    [
      'publish contexts, entry by entry',
      call('ControllerPublishVolume', {}, { publish_context: { a: 'old', b: 'same' } }),
      { publish_context: { a: 'new', b: 'same' } },
      call('NodeStageVolume', { publish_context: { a: 'old', b: 'same', c: 'old' } }),
      { publish_context: { a: 'new', b: 'same', c: 'old' } },
    ],
    [
      'volume contexts, and not what the CO adds to them',
      call('CreateVolume', {}, { volume: { volume_context: { a: 'old' } } }),
      { volume: { volume_context: { a: 'new' } } },
      call('NodePublishVolume', { volume_context: { a: 'old', pod: 'p' } }),
      { volume_context: { a: 'new', pod: 'p' } },
    ],
    [
      'nodes and their topology by what NodeGetInfo answers',
      call(
        'NodeGetInfo',
        {},
        { node_id: 'old', accessible_topology: { segments: { k: 'zone-1' } } },
      ),
      { node_id: 'new', accessible_topology: { segments: { k: 'zone-2' } } },
      call('CreateVolume', {
        accessibility_requirements: { requisite: [{ segments: { k: 'zone-1' } }] },
      }),
      { accessibility_requirements: { requisite: [{ segments: { k: 'zone-2' } }] } },
    ],
    [
      'tokens by what a list answers',
      call('ListVolumes', {}, { next_token: 'old' }),
      { next_token: 'new' },
      call('ListVolumes', { starting_token: 'old', max_entries: 1 }),
      { starting_token: 'new', max_entries: 1 },
    ],
  ] as const) {
    it(title, () => {
      const here = names();
      expect(here.request(used)).to.deep.equal(used.request);
      here.learn(made, answered);
      expect(here.request(used)).to.deep.equal(sent);
    });
  }

  it('the node that a call came through is the one that it is sent to', () => {
    const here = names();
    const publish = call('ControllerPublishVolume', { node_id: 'node-a', volume_id: 'v' });
    expect(here.request(publish)).to.deep.equal({ node_id: 'node-z', volume_id: 'v' });
    const other = call('ControllerPublishVolume', { node_id: 'node-b' });
    expect(here.request(other)).to.deep.equal({ node_id: 'node-b' });
  });

  for (const [path, moved] of [
    ['/var/lib/kubelet/x', '/replay/var/lib/kubelet/x'],
    ['/', '/replay/'],
    ['/../../etc', '/replay/etc'],
    ['/a/../../../etc/passwd', '/replay/etc/passwd'],
    ['relative/path', 'relative/path'],
  ] as const) {
    it(`the path ${path} becomes ${moved}`, () => {
      const paths = { target_path: path, staging_target_path: path };
      expect(names().request(call('NodePublishVolume', paths))).to.deep.equal({
        target_path: moved,
        staging_target_path: moved,
      });
    });
  }

  it('leaves out what was redacted, and what no request has', () => {
    const request = {
      secrets: { '[redacted]': '[redacted]' },
      volume_capability: { mount: { mount_flags: ['[redacted]'] } },
      unknown: 'x',
    };
    expect(names().request(call('NodePublishVolume', request))).to.deep.equal({
      volume_capability: { mount: { mount_flags: [] } },
    });
  });

  it('takes keys that mean something in JavaScript for keys', () => {
    const here = names();
    const context = JSON.parse('{"__proto__": "old"}');
    here.learn(call('ControllerPublishVolume', {}, { publish_context: context }), {
      publish_context: JSON.parse('{"__proto__": "new"}'),
    });
    const sent = here.request(call('NodeStageVolume', { publish_context: context }));
    expect(JSON.stringify(sent)).to.equal('{"publish_context":{"__proto__":"new"}}');
  });
});
