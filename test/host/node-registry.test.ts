import { readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { nodeRegistry } from '../../src/host/node-registry.js';
import type { NodeInfo } from '../../src/model/node-info.js';
import { RecordError } from '../../src/record/envelope.js';
import { withDirectory } from './directory.js';

const node: NodeInfo = { nodeId: 'node-1', maxVolumes: 0, topology: null };

describe('nodeRegistry', () => {
  const directory = withDirectory();
  const registry = () => nodeRegistry(directory.path, 'always');
  const files = (): string[] => readdirSync(join(directory.path, 'nodes'));

  const nodes: NodeInfo[] = [
    node,
    { nodeId: 'Node-1.example:a_b', maxVolumes: 3, topology: { 'topology.test/node': 'a' } },
    { nodeId: 'n', maxVolumes: 1, topology: Object.fromEntries([['__proto__', 'x']]) },
    { nodeId: 'x'.repeat(128), maxVolumes: 0, topology: {} },
  ];
  for (const each of nodes) {
    it(`finds ${each.nodeId.slice(0, 20)} as it registered itself, from another process too`, async () => {
      await registry().register(each);
      expect(registry().find(each.nodeId)).to.deep.equal(each);
    });
  }

  it('a node that registers again replaces what it said, whatever a crash left', async () => {
    await registry().register(node);
    writeFileSync(join(directory.path, 'nodes', 'node-1.json.new'), '{"half');
    await registry().register({ ...node, maxVolumes: 5 });
    expect(registry().find('node-1')).to.have.property('maxVolumes', 5);
    expect(files()).to.deep.equal(['node-1.json']);
  });

  it('a controller of another user can read what a node wrote', async () => {
    await registry().register(node);
    const file = join(directory.path, 'nodes', 'node-1.json');
    expect(statSync(file).mode & 0o777).to.equal(0o644);
  });

  it('a node that has not registered is unknown', async () => {
    await registry().register(node);
    for (const id of ['node-2', 'Node-1', 'node-', 'node-1.json']) {
      expect(registry().find(id), id).to.equal(undefined);
    }
  });

  for (const id of [
    '../nodes/node-1',
    './node-1',
    'node-1/',
    '',
    '.',
    '..',
    'node-1\0',
    '__proto__',
  ]) {
    it(`${JSON.stringify(id)} is no node, and no path either`, async () => {
      await registry().register(node);
      expect(registry().find(id)).to.equal(undefined);
    });
  }

  it('a damaged file is an error that says which, not an unknown node', async () => {
    await registry().register(node);
    writeFileSync(join(directory.path, 'nodes', 'node-1.json'), '{"format":1}');
    expect(() => registry().find('node-1')).to.throw(RecordError, /nodes\/node-1\.json/);
  });
});
