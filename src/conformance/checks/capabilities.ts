import type { Check } from '../check.js';
import type { Subject } from '../subject.js';
import type { Trial } from '../trial.js';

const NEW_CAPABILITY = 'SINGLE_NODE_MULTI_WRITER';

/** What a driver advertises, held against itself. */
export const capabilitiesChecks: readonly Check[] = [
  {
    id: 'capabilities/single-node-multi-writer',
    title:
      'SINGLE_NODE_MULTI_WRITER is advertised by the Controller and every Node service, or by none',
    section: 'NodeGetCapabilities',
    since: '1.5.0',
    level: 'SHOULD',
    rule: 'both services use the capability for the same access modes, and a CO names modes to each as it advertises',
    untestable: noController,
    async run({ subject, deviates, reads }) {
      const services = [
        { name: 'the Controller service', capabilities: subject.controllerCapabilities },
        ...subject.nodes.map(({ nodeId, capabilities }, index) => ({
          name: `the Node service of ${nodeId === '' ? `node ${index + 1}` : nodeId}`,
          capabilities,
        })),
      ];
      const having = services.filter(({ capabilities }) => capabilities.has(NEW_CAPABILITY));
      if (having.length === 0) return reads(`${NEW_CAPABILITY} is not advertised`);
      if (having.length === services.length) return reads(`${NEW_CAPABILITY} is advertised`);
      return deviates({
        sent: 'ControllerGetCapabilities and NodeGetCapabilities',
        came: `${NEW_CAPABILITY} from ${having.map(({ name }) => name).join(', ')} only`,
        wanted: 'the capability from all of them or from none',
      });
    },
  },
  {
    id: 'capabilities/controller-service',
    title: 'GetPluginCapabilities names CONTROLLER_SERVICE where a Controller service answers',
    section: 'GetPluginCapabilities',
    since: '1.0.0',
    level: 'SHOULD',
    rule: 'without it a CO never calls the Controller service',
    untestable: noController,
    async run({ subject, deviates }) {
      if (subject.pluginCapabilities.has('CONTROLLER_SERVICE')) return;
      deviates({
        sent: 'GetPluginCapabilities',
        came: [...subject.pluginCapabilities].join(', ') || 'no capability',
        wanted: 'CONTROLLER_SERVICE, as the Controller service answers',
      });
    },
  },
  {
    id: 'capabilities/plugin-everywhere',
    title: 'GetPluginCapabilities answers the same wherever it is asked',
    section: 'GetPluginCapabilities',
    since: '1.0.0',
    level: 'MUST',
    rule: 'all instances of one vendor_version return the same set, whatever they serve and wherever they run',
    untestable: ({ controller, nodes }) =>
      nodes.every(({ client }) => client === controller)
        ? 'everything is served at one endpoint'
        : undefined,
    run: samePluginCapabilities,
  },
  {
    id: 'capabilities/node-ids',
    title: 'NodeGetInfo names each node by an id of its own',
    section: 'NodeGetInfo',
    since: '1.0.0',
    level: 'MUST',
    rule: 'with PUBLISH_UNPUBLISH_VOLUME it answers a node_id that is no other node’s, of at most 256 bytes',
    untestable: ({ attach }) =>
      attach ? undefined : 'the Controller service does not advertise PUBLISH_UNPUBLISH_VOLUME',
    run: ownNodeIds,
  },
];

function noController({ controllerCapabilities }: Subject): string | undefined {
  return controllerCapabilities.size === 0 ? 'no Controller service answers' : undefined;
}

async function samePluginCapabilities({ subject, call, need, deviates }: Trial): Promise<void> {
  const { version, pluginCapabilities } = subject;
  const expected = [...pluginCapabilities].toSorted().join(', ');
  for (const { client, nodeId } of subject.nodes) {
    const { vendor_version } = await need('GetPluginInfo', client.identity.GetPluginInfo({}, call));
    if (vendor_version !== version) continue;
    const { capabilities } = await need(
      'GetPluginCapabilities',
      client.identity.GetPluginCapabilities({}, call),
    );
    const found = capabilities
      .map(({ service, volume_expansion }) => String(service?.type ?? volume_expansion?.type))
      .toSorted()
      .join(', ');
    if (found !== expected) {
      deviates({
        sent: `GetPluginCapabilities at node ${nodeId}`,
        came: found || 'no capability',
        wanted: `${expected || 'no capability'}, as at the controller's endpoint`,
      });
    }
  }
}

async function ownNodeIds({ subject, call, expect, deviates }: Trial): Promise<void> {
  const seen = new Set<string>();
  for (const { client } of subject.nodes) {
    const asked = client.node.NodeGetInfo({}, call);
    const { code } = await expect('NodeGetInfo', asked, ['OK']);
    if (code !== 'OK') continue;
    const { node_id } = await asked;
    const wrong = [
      node_id === '' && 'an empty node_id',
      Buffer.byteLength(node_id) > 256 && 'a node_id of more than 256 bytes',
      seen.has(node_id) && `node_id ${node_id} at a second node`,
    ].filter((each) => each !== false);
    for (const came of wrong) deviates({ sent: 'NodeGetInfo', came, wanted: 'an id of its own' });
    seen.add(node_id);
  }
}
