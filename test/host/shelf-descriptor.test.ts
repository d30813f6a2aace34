import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { openPool, type Pool } from '../../src/host/pool.js';
import { withDirectory } from './directory.js';

describe('the descriptor of a volume', () => {
  const directory = withDirectory();
  let pool: Pool;
  beforeEach(() => {
    pool = openPool(join(directory.path, 'pool'), 'never');
  });

  it('is absent where the volume is', () => {
    expect(pool.volumes.descriptor('vol-1')).to.equal(undefined);
  });

  it('is not taken for absent where it cannot be looked at', () => {
    writeFileSync(join(pool.directory, 'volumes/vol-1'), '');
    expect(() => pool.volumes.descriptor('vol-1')).to.throw('ENOTDIR');
  });
});
