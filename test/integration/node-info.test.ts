import { hostname } from 'node:os';
import { expect } from 'chai';
import type { OptionsInput } from '../../src/index.js';
import { withDriver } from './driver-under-test.js';

interface Info {
  readonly node_id: string;
  readonly max_volumes_per_node: string;
  readonly accessible_topology: { readonly segments: Record<string, string> } | null;
}

const KEY = 'topology.mock.csi.test/node';
const at = (node: string, key = KEY) => ({ segments: { [key]: node } });
const LONG = 'n'.repeat(128);

const CASES: [string, OptionsInput, Info][] = [
  [
    'by default: the node id, no limit, and the node as its own topology',
    {},
    { node_id: 'node-1', max_volumes_per_node: '0', accessible_topology: at('node-1') },
  ],
  [
    'another node, with a limit and a topology key of its own',
    { nodeId: 'worker.example', attachLimit: 7, topologyKey: 'example.com/host' },
    {
      node_id: 'worker.example',
      max_volumes_per_node: '7',
      accessible_topology: at('worker.example', 'example.com/host'),
    },
  ],
  [
    'without topology',
    { topology: false },
    { node_id: 'node-1', max_volumes_per_node: '0', accessible_topology: null },
  ],
  [
    'a node id of 128 bytes, which no topology segment could hold',
    { nodeId: LONG, topology: false },
    { node_id: LONG, max_volumes_per_node: '0', accessible_topology: null },
  ],
  [
    'without a node id: the name of the host',
    { nodeId: undefined, topology: false },
    { node_id: hostname(), max_volumes_per_node: '0', accessible_topology: null },
  ],
];

describe('NodeGetInfo', () => {
  for (const [name, options, expected] of CASES) {
    describe(name, () => {
      const driver = withDriver(options);

      it('is answered so, each time', async () => {
        for (let count = 0; count < 2; count += 1) {
          expect(await driver.client.node.NodeGetInfo({})).to.deep.equal(expected);
        }
      });

      it('VOLUME_ACCESSIBILITY_CONSTRAINTS is advertised with a topology, and only then', async () => {
        const { capabilities } = await driver.client.identity.GetPluginCapabilities({});
        const types = capabilities.map(({ service }) => service?.type);
        const hasTopology = expected.accessible_topology !== null;
        expect(types.includes('VOLUME_ACCESSIBILITY_CONSTRAINTS')).to.equal(hasTopology);
      });
    });
  }
});
