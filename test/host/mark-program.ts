import { workerData } from 'node:worker_threads';
import { useMarks } from '../../src/host/use-marks.js';

/*
 * A program for tests, for a thread of its own: as one node, begins and ends to use a volume many times,
 * and ends while it uses it.
 */

const { pool, nodeId, times }: { pool: string; nodeId: string; times: number } = workerData;
const marks = useMarks(pool);
for (let time = 0; time < times; time += 1) {
  marks.set('vol-1', nodeId);
  if (!marks.nodesOf('vol-1').includes(nodeId)) throw new Error('the mark is not there');
  marks.clear('vol-1', nodeId);
}
marks.set('vol-1', nodeId);
