import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { openPool } from '../../src/host/pool.js';
import { claimPool, markPool, PoolError, requireFreePool } from '../../src/host/pool-marker.js';
import { rejectionOf } from '../store/rejection.js';
import { contentOf, withDirectory } from './directory.js';

describe('claimPool', () => {
  const directory = withDirectory();
  const marker = (): string => join(directory.path, 'pool.json');
  beforeEach(() => {
    openPool(directory.path, 'never');
  });

  /** Expects a claim to be refused, and nothing to be changed by it. */
  async function refusedClaim(id: string, words: RegExp, volumeCount = 0): Promise<void> {
    const before = contentOf(directory.path);
    const error = await rejectionOf(
      claimPool(directory.path, { id, volumeCount }, 'never'),
      PoolError,
    );
    expect(error.message).to.match(words).and.include(directory.path);
    expect(contentOf(directory.path)).to.deep.equal(before);
  }

  it('an empty pool becomes the store’s', async () => {
    await claimPool(directory.path, { id: 'store-1', volumeCount: 0 }, 'always');
    await refusedClaim('store-2', /belongs to another store \(store-1, not store-2\).*rebuild/);
  });

  it('the same store claims its pool again, volumes or not', async () => {
    await claimPool(directory.path, { id: 'store-1', volumeCount: 0 }, 'always');
    mkdirSync(join(directory.path, 'volumes', 'vol-1'));
    const before = contentOf(directory.path);
    await claimPool(directory.path, { id: 'store-1', volumeCount: 0 }, 'always');
    expect(contentOf(directory.path)).to.deep.equal(before);
  });

  it('a pool with volumes and no marker is nobody’s to take', async () => {
    await claimPool(directory.path, { id: 'store-1', volumeCount: 0 }, 'never');
    rmSync(marker());
    mkdirSync(join(directory.path, 'volumes', 'vol-1'));
    await refusedClaim('store-1', /has volumes but no pool\.json.*rebuild/);
  });

  it('an empty pool is not taken by a store that has volumes: it may be the wrong one', async () => {
    await refusedClaim('store-1', /is empty, but the store has 3 volumes.*mounted\?/, 3);
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
    writeFileSync(marker(), '{"format":3,"record":{}}');
    await refusedClaim('store-1', /pool\.json has format 3.*newer driver(?!.*rebuild)/);
  });

  it('markPool gives a pool to another store, whatever was left there', async () => {
    await claimPool(directory.path, { id: 'store-1', volumeCount: 0 }, 'never');
    writeFileSync(`${marker()}.new`, '{"half');
    await markPool(directory.path, 'store-2', 'never');
    await claimPool(directory.path, { id: 'store-2', volumeCount: 0 }, 'never');
    await refusedClaim('store-1', /store-2, not store-1/);
    expect(Object.keys(contentOf(directory.path))).not.to.include('pool.json.new');
  });
});

describe('requireFreePool: whether a new store may begin', () => {
  const directory = withDirectory();
  const refusal = (): string => {
    try {
      requireFreePool(directory.path);
      return 'none';
    } catch (error) {
      return error instanceof PoolError ? error.message : String(error);
    }
  };

  it('where there is no pool, or an empty one: yes', () => {
    requireFreePool(join(directory.path, 'absent'));
    openPool(directory.path, 'never');
    requireFreePool(directory.path);
  });

  it('where the pool has a store: no, whether or not there are volumes', async () => {
    openPool(directory.path, 'never');
    await markPool(directory.path, 'store-1', 'never');
    expect(refusal()).to.match(/belongs to a store \(store-1\).*restore it.*rebuild/);
  });

  it('where there are volumes of nobody, or a marker that cannot be read: no', () => {
    openPool(directory.path, 'never');
    mkdirSync(join(directory.path, 'volumes', 'vol-1'));
    expect(refusal()).to.match(/has volumes but no pool\.json.*rebuild/);
    writeFileSync(join(directory.path, 'pool.json'), '');
    expect(refusal()).to.match(/pool\.json cannot be read.*rebuild/);
  });
});
