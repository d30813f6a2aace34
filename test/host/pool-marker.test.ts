import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { openPool } from '../../src/host/pool.js';
import { claimPool, markPool, PoolError } from '../../src/host/pool-marker.js';
import { rejectionOf } from '../store/rejection.js';
import { contentOf, withDirectory } from './directory.js';

describe('claimPool', () => {
  const directory = withDirectory();
  const marker = (): string => join(directory.path, 'pool.json');
  beforeEach(() => {
    openPool(directory.path, 'never');
  });

  /** Expects a claim to be refused, and nothing to be changed by it. */
  async function refusedClaim(store: string, words: RegExp): Promise<void> {
    const before = contentOf(directory.path);
    const error = await rejectionOf(claimPool(directory.path, store, 'never'), PoolError);
    expect(error.message).to.match(words).and.include(directory.path);
    expect(contentOf(directory.path)).to.deep.equal(before);
  }

  it('an empty pool becomes the store’s', async () => {
    await claimPool(directory.path, 'store-1', 'always');
    await refusedClaim('store-2', /belongs to another store \(store-1, not store-2\).*rebuild/);
  });

  it('the same store claims its pool again, volumes or not', async () => {
    await claimPool(directory.path, 'store-1', 'always');
    mkdirSync(join(directory.path, 'volumes', 'vol-1'));
    const before = contentOf(directory.path);
    await claimPool(directory.path, 'store-1', 'always');
    expect(contentOf(directory.path)).to.deep.equal(before);
  });

  it('a pool with volumes and no marker is nobody’s to take', async () => {
    await claimPool(directory.path, 'store-1', 'never');
    rmSync(marker());
    mkdirSync(join(directory.path, 'volumes', 'vol-1'));
    await refusedClaim('store-1', /has volumes but no pool\.json.*rebuild/);
  });

  const damaged: [string, string][] = [
    ['empty', ''],
    ['cut off', '{"format":1,"rec'],
    ['of no known form', '{"format":1,"record":{"owner":"store-1"}}'],
    ['without format', '{"store":"store-1"}'],
  ];
  for (const [title, content] of damaged) {
    it(`a marker that is ${title} belongs to nobody who asks`, async () => {
      writeFileSync(marker(), content);
      await refusedClaim('store-1', /pool\.json cannot be read.*rebuild/);
    });
  }

  it('a marker of a newer format asks for the newer driver, not for a rebuild', async () => {
    writeFileSync(marker(), '{"format":2,"record":{}}');
    await refusedClaim('store-1', /pool\.json has format 2.*newer driver(?!.*rebuild)/);
  });

  it('markPool gives a pool to another store, whatever was left there', async () => {
    await claimPool(directory.path, 'store-1', 'never');
    writeFileSync(`${marker()}.new`, '{"half');
    await markPool(directory.path, 'store-2', 'never');
    await claimPool(directory.path, 'store-2', 'never');
    await refusedClaim('store-1', /store-2, not store-1/);
    expect(Object.keys(contentOf(directory.path))).not.to.include('pool.json.new');
  });
});
