import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { openPool } from '../../src/host/pool.js';
import { eventually } from '../integration/eventually.js';
import { withDirectory } from './directory.js';

describe('discarding what is half-made', () => {
  const directory = withDirectory();

  it('leaves nothing, also while a program that outlived its driver still copies into it', async () => {
    const pool = openPool(directory.path, 'never');
    const data = join(directory.path, 'incoming-snapshots', 'snap-1', 'data');
    mkdirSync(data, { recursive: true });
    // Ends when the path leads nowhere any more, as cp does that has nobody to complain to.
    const script = 'for ((i = 0; ; i++)); do mkdir "$1/$i" && echo >"$1/$i/file" || exit; done';
    const copying = spawn('bash', ['-c', script, '', data], { stdio: 'ignore' });
    const ended = once(copying, 'close');
    try {
      await eventually(() => expect(existsSync(join(data, '20', 'file'))).to.equal(true));
      await pool.snapshots.discard('snap-1');
      await ended;
      for (const place of ['incoming-snapshots', 'trash-snapshots']) {
        expect(readdirSync(join(directory.path, place))).to.deep.equal([]);
      }
    } finally {
      copying.kill('SIGKILL');
    }
  });
});
