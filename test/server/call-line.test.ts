import { expect } from 'chai';
import type { Client } from '../../src/csi/client.js';
import type { ControllerHandlers } from '../../src/csi/generated/csi/v1/Controller.js';
import type { IdentityHandlers } from '../../src/csi/generated/csi/v1/Identity.js';
import type { NodeHandlers } from '../../src/csi/generated/csi/v1/Node.js';
import type { VolumeCapability } from '../../src/csi/generated/csi/v1/VolumeCapability.js';
import type { Call, Handlers } from '../../src/csi/handler.js';
import { csi } from '../../src/csi/proto.js';
import { StatusError, type Code } from '../../src/csi/status.js';
import { createLog } from '../../src/log.js';
import { refused } from '../integration/refusal.js';
import { withSite, type Line } from './site.js';

type Node = Partial<Handlers<NodeHandlers>>;
type Controller = Partial<Handlers<ControllerHandlers>>;
type Identity = Partial<Handlers<IdentityHandlers>>;

/** A value that stands for everything that no log may tell. */
const SECRET = 'hunter2';

const secretCapability: VolumeCapability = {
  mount: { fs_type: SECRET, mount_flags: [SECRET], volume_mount_group: SECRET },
  access_mode: { mode: 'SINGLE_NODE_WRITER' },
};
const secrets = { [SECRET]: SECRET };

const empty = (): object => ({});

describe('the log of calls', () => {
  const site = withSite();

  /** Serves toy handlers, and returns a client of them. */
  async function serving(node: Node, controller: Controller = {}, identity: Identity = {}) {
    await site.serve([
      { definition: csi.Identity.service, handlers: identity },
      { definition: csi.Controller.service, handlers: controller },
      { definition: csi.Node.service, handlers: node },
    ]);
    return site.connect();
  }

  /** The one line that was written, without what differs from run to run. */
  function line(): Line {
    expect(site.lines).to.have.lengthOf(1);
    const { time, ms, service, ...rest } = site.lines[0] ?? {};
    expect(time).to.be.a('string');
    expect(service).to.equal('csi-mock');
    expect(ms).to.be.a('number').that.is.at.least(0);
    expect(String(ms)).to.match(/^\d+(\.\d{1,3})?$/);
    return rest;
  }

  describe('names what a call is about, and nothing else', () => {
    const volume = { volume_id: 'v', volume_context: secrets };
    const calls: [title: string, call: (client: Client) => Promise<unknown>, ids: Line][] = [
      [
        'CreateVolume',
        ({ controller }) =>
          controller.CreateVolume({
            name: 'pvc-1',
            parameters: secrets,
            secrets,
            volume_capabilities: [secretCapability],
          }),
        { name: 'pvc-1', volume: 'made' },
      ],
      [
        'DeleteVolume',
        ({ controller }) => controller.DeleteVolume({ volume_id: 'v', secrets }),
        { volume: 'v' },
      ],
      [
        'ControllerPublishVolume',
        ({ controller }) =>
          controller.ControllerPublishVolume({
            ...volume,
            node_id: 'n',
            secrets,
            volume_capability: secretCapability,
          }),
        { volume: 'v', node: 'n' },
      ],
      [
        'CreateSnapshot',
        ({ controller }) =>
          controller.CreateSnapshot({ name: 's-1', source_volume_id: 'v', secrets }),
        { name: 's-1', volume: 'v', snapshot: 'taken' },
      ],
      [
        'DeleteSnapshot',
        ({ controller }) => controller.DeleteSnapshot({ snapshot_id: 's', secrets }),
        { snapshot: 's' },
      ],
      ['ListVolumes', ({ controller }) => controller.ListVolumes({ starting_token: SECRET }), {}],
      [
        'NodeStageVolume',
        ({ node }) =>
          node.NodeStageVolume({
            ...volume,
            staging_target_path: '/staging',
            secrets,
            publish_context: secrets,
            volume_capability: secretCapability,
          }),
        { volume: 'v', staging: '/staging' },
      ],
      [
        'NodePublishVolume',
        ({ node }) =>
          node.NodePublishVolume({
            ...volume,
            target_path: '/target',
            staging_target_path: '/staging',
            secrets,
            publish_context: secrets,
            volume_capability: secretCapability,
          }),
        { volume: 'v', target: '/target', staging: '/staging' },
      ],
      [
        'NodeExpandVolume',
        ({ node }) =>
          node.NodeExpandVolume({
            volume_id: 'v',
            volume_path: '/target',
            staging_target_path: '/staging',
            volume_capability: secretCapability,
          }),
        { volume: 'v', target: '/target', staging: '/staging' },
      ],
      [
        'NodeGetVolumeStats',
        ({ node }) => node.NodeGetVolumeStats({ volume_id: 'v', volume_path: '/target' }),
        { volume: 'v', target: '/target' },
      ],
    ];

    const answering = (answer: <T extends object>(response: T) => T): [Node, Controller] => [
      {
        NodeStageVolume: () => answer({}),
        NodePublishVolume: () => answer({}),
        NodeExpandVolume: () => answer({}),
        NodeGetVolumeStats: () => answer({}),
      },
      {
        CreateVolume: () => answer({ volume: { volume_id: 'made', volume_context: secrets } }),
        DeleteVolume: () => answer({}),
        ControllerPublishVolume: () => answer({ publish_context: secrets }),
        CreateSnapshot: () => answer({ snapshot: { snapshot_id: 'taken', source_volume_id: 'v' } }),
        DeleteSnapshot: () => answer({}),
        ListVolumes: () => answer({ entries: [{ volume: { volume_id: 'other' } }] }),
      },
    ];

    for (const [method, call, ids] of calls) {
      it(`${method}, answered`, async () => {
        await call(await serving(...answering((response) => response)));
        const expected = { level: 'info', method, ...ids, code: 'OK', msg: `${method} OK` };
        expect(line()).to.deep.equal(expected);
      });

      it(`${method}, refused`, async () => {
        const client = await serving(
          ...answering(() => {
            throw new StatusError('NOT_FOUND', 'no such thing');
          }),
        );
        await refused(call(client), 'NOT_FOUND');
        const { level, code, reason, msg, ...named } = line();
        expect([level, code, reason, msg]).to.deep.equal([
          'warn',
          'NOT_FOUND',
          'no such thing',
          `${method} NOT_FOUND`,
        ]);
        const asked = Object.entries(ids).filter(([, id]) => id !== 'made' && id !== 'taken');
        expect(named).to.deep.equal({ method, ...Object.fromEntries(asked) });
      });

      it(`${method}, failed: no secret, no flag, no context`, async () => {
        const client = await serving(
          ...answering(() => {
            throw new TypeError('broken');
          }),
        );
        await refused(call(client), 'INTERNAL');
        expect(line()).to.include({ level: 'error', code: 'INTERNAL' });
        expect(JSON.stringify(site.lines)).not.to.include(SECRET);
      });
    }
  });

  describe('levels', () => {
    const levels: [code: Code, level: string][] = [
      ['CANCELLED', 'warn'],
      ['UNKNOWN', 'error'],
      ['INVALID_ARGUMENT', 'warn'],
      ['NOT_FOUND', 'warn'],
      ['FAILED_PRECONDITION', 'warn'],
      ['ABORTED', 'warn'],
      ['UNAVAILABLE', 'warn'],
      ['INTERNAL', 'error'],
      ['DATA_LOSS', 'error'],
    ];
    for (const [code, level] of levels) {
      it(`${code} is logged at level ${level}, from a method that is asked often, too`, async () => {
        const probe = (): never => {
          throw new StatusError(code, 'why');
        };
        const { identity } = await serving({}, {}, { Probe: probe });
        await refused(identity.Probe({}), code);
        expect(line()).to.include({ method: 'Probe', code, level, reason: 'why' });
      });
    }

    const quiet: [method: string, call: (client: Client) => Promise<unknown>][] = [
      ['Probe', ({ identity }) => identity.Probe({})],
      ['GetPluginInfo', ({ identity }) => identity.GetPluginInfo({})],
      ['GetPluginCapabilities', ({ identity }) => identity.GetPluginCapabilities({})],
      ['ControllerGetCapabilities', ({ controller }) => controller.ControllerGetCapabilities({})],
      ['NodeGetCapabilities', ({ node }) => node.NodeGetCapabilities({})],
      ['NodeGetInfo', ({ node }) => node.NodeGetInfo({})],
    ];
    for (const [method, call] of quiet) {
      it(`OK from ${method} is logged at level debug`, async () => {
        const client = await serving(
          { NodeGetCapabilities: empty, NodeGetInfo: empty },
          { ControllerGetCapabilities: empty },
          { Probe: empty, GetPluginInfo: empty, GetPluginCapabilities: empty },
        );
        await call(client);
        expect(line()).to.deep.include({ level: 'debug', method, code: 'OK' });
      });
    }

    it('what is below the level of the log is not written', async () => {
      let output = '';
      const destination = { write: (text: string) => void (output += text) };
      const log = createLog({ level: 'info', format: 'json', destination });
      const handlers = { Probe: () => ({}) };
      await site.serve([{ definition: csi.Identity.service, handlers }], { log });
      await site.connect().identity.Probe({});
      expect(output).to.equal('');
    });
  });

  describe('ids as they come over the wire', () => {
    const ids: [title: string, sent: string, logged: string][] = [
      ['control characters', 'a\n\r\0\u001b[31m\u009b\u2028b', 'a\n\r\0\u001b[31m\u009b\u2028b'],
      ['what looks like JSON', '"},{"level":"fatal', '"},{"level":"fatal'],
      ['formats', '%s %d %j %%', '%s %d %j %%'],
      ['names of properties', '__proto__', '__proto__'],
      ['more than anybody reads', 'x'.repeat(3000), `${'x'.repeat(1024)}...`],
    ];
    for (const [title, sent, logged] of ids) {
      it(`${title}: one line that can be read`, async () => {
        const { node } = await serving({ NodeUnpublishVolume: () => ({}) });
        await node.NodeUnpublishVolume({ volume_id: sent, target_path: '/t' });
        expect(line()).to.include({ volume: logged, target: '/t', code: 'OK' });
      });
    }

    it('a reason that quotes them is written so, too', async () => {
      const { node } = await serving({
        NodeUnpublishVolume({ volume_id }) {
          throw new StatusError('NOT_FOUND', `no volume ${volume_id} %s`);
        },
      });
      await refused(node.NodeUnpublishVolume({ volume_id: 'a\nb' }), 'NOT_FOUND');
      expect(line()).to.include({ reason: 'no volume a\nb %s', volume: 'a\nb' });
    });
  });

  it("a handler's warning stands under the call's method and ids, before the call's own line", async () => {
    const { node } = await serving({
      NodeUnpublishVolume(_request: unknown, call: Call) {
        call.warn('still in use %s', { pods: ['a'], volume: 'another', secrets });
        return {};
      },
    });
    await node.NodeUnpublishVolume({ volume_id: 'v', target_path: '/t' });
    const [warning, own] = site.lines;
    expect(site.lines).to.have.lengthOf(2);
    const ids = { method: 'NodeUnpublishVolume', volume: 'v', target: '/t' };
    expect(warning).to.deep.include({ ...ids, level: 'warn', pods: ['a'], msg: 'still in use %s' });
    expect(own).to.deep.include({ ...ids, level: 'info', code: 'OK' });
    expect(JSON.stringify(site.lines)).not.to.include(SECRET);
  });

  it('calls side by side have a line each', async () => {
    const { node } = await serving({ NodeUnpublishVolume: () => Promise.resolve({}) });
    const ids = Array.from({ length: 50 }, (_, index) => `v-${index}`);
    await Promise.all(ids.map((id) => node.NodeUnpublishVolume({ volume_id: id })));
    expect(site.lines.map(({ volume }) => volume)).to.have.members(ids);
  });
});
