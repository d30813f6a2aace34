import { once } from 'node:events';
import { statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { expect } from 'chai';
import { useMarks } from '../../src/host/use-marks.js';
import { contentOf, withDirectory } from './directory.js';

describe('useMarks', () => {
  const directory = withDirectory();
  const marks = () => useMarks(directory.path);

  it('tells which nodes have a volume, to another process too', () => {
    marks().set('vol-1', 'node-1');
    marks().set('vol-1', 'node-2');
    marks().set('vol-2', 'node:3');
    expect(marks().nodesOf('vol-1')).to.have.members(['node-1', 'node-2']);
    expect(marks().nodesOf('vol-2')).to.deep.equal(['node:3']);
    expect(marks().nodesOf('vol-3')).to.deep.equal([]);
  });

  it('can be read by a controller of another user', () => {
    marks().set('vol-1', 'node-1');
    for (const name of ['uses', 'uses/vol-1']) {
      expect(statSync(join(directory.path, name)).mode & 0o777).to.equal(0o755);
    }
  });

  it('is the same for a mark that is set twice', () => {
    marks().set('vol-1', 'node-1');
    marks().set('vol-1', 'node-1');
    expect(marks().nodesOf('vol-1')).to.deep.equal(['node-1']);
  });

  it('clears the mark of one node and leaves the others', () => {
    marks().set('vol-1', 'node-1');
    marks().set('vol-1', 'node-2');
    marks().clear('vol-1', 'node-1');
    marks().clear('vol-1', 'node-1');
    marks().clear('vol-1', 'node-3');
    expect(marks().nodesOf('vol-1')).to.deep.equal(['node-2']);
  });

  it('leaves nothing of a volume that no node has, and can be set again', () => {
    marks().set('vol-1', 'node-1');
    marks().clear('vol-1', 'node-1');
    marks().clear('vol-2', 'node-1');
    expect(contentOf(directory.path)).to.deep.equal({ 'uses/': '' });
    marks().set('vol-1', 'node-1');
    expect(marks().nodesOf('vol-1')).to.deep.equal(['node-1']);
  });

  it('cannot be set in a pool that is a dangling symlink, and says so', () => {
    const pool = join(directory.path, 'pool');
    symlinkSync(join(directory.path, 'nowhere', 'pool'), pool);
    expect(() => useMarks(pool).set('vol-1', 'node-1')).to.throw('ENOENT');
  });

  it('nodes that begin and end to use a volume side by side keep their own marks', async () => {
    const program = new URL('./mark-program.js', import.meta.url);
    const nodes = ['node-1', 'node-2'];
    const workers = nodes.map(
      (nodeId) =>
        new Worker(program, { workerData: { pool: directory.path, nodeId, times: 3000 } }),
    );
    await Promise.all(workers.map((worker) => once(worker, 'exit')));
    expect(marks().nodesOf('vol-1')).to.have.members(nodes);
  });

  for (const id of ['..', '../volumes', '', '.', '/', 'vol-1/']) {
    it(`${JSON.stringify(id)} is no volume, and no path either`, () => {
      marks().set('vol-1', 'node-1');
      writeFileSync(join(directory.path, 'volumes'), '');
      expect(marks().nodesOf(id)).to.deep.equal([]);
    });
  }
});
