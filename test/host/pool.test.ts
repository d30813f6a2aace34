import {
  chmodSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  statfsSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { emptyDirectory } from '../../src/host/content.js';
import { openPool, type Pool } from '../../src/host/pool.js';
import type { Volume } from '../../src/model/volume.js';
import { RecordError } from '../../src/record/envelope.js';
import type { Sync } from '../../src/record/sync.js';
import { rejectionOf } from '../store/rejection.js';
import { protoKey, volume } from '../store/samples.js';
import { contentOf, withDirectory } from './directory.js';
import { identityOf } from './scratch.js';

const mode = (path: string): number => statSync(path).mode & 0o777;

for (const sync of ['always', 'never'] satisfies Sync[]) {
  describe(`openPool, sync ${sync}`, () => {
    const directory = withDirectory();
    let pool: Pool;
    beforeEach(() => {
      pool = openPool(join(directory.path, 'pool'), sync);
    });

    const inPool = (...names: string[]): string => join(pool.directory, ...names);
    const dataOf = (id: string): string => inPool('volumes', id, 'data');

    async function make(...volumes: Volume[]): Promise<void> {
      for (const each of volumes) {
        await pool.volumes.prepare(each, emptyDirectory);
        await pool.volumes.reveal(each.id);
      }
    }

    it('makes its directories, and leaves what is in them when it is opened again', async () => {
      expect(contentOf(pool.directory)).to.have.all.keys([
        'incoming-snapshots/',
        'incoming/',
        'snapshots/',
        'trash-snapshots/',
        'trash/',
        'volumes/',
      ]);
      await make(volume('vol-1'));
      const before = contentOf(pool.directory);
      openPool(pool.directory, sync);
      expect(contentOf(pool.directory)).to.deep.equal(before);
    });

    it('lets no other user through to the data, nor through directories that were there', () => {
      const names = ['incoming', 'trash', 'volumes', 'snapshots'];
      const modes = () => names.map((name) => mode(inPool(name)));
      expect(modes()).to.deep.equal([0o700, 0o700, 0o700, 0o700]);
      for (const name of names) chmodSync(inPool(name), 0o755);
      openPool(pool.directory, sync);
      expect(modes()).to.deep.equal([0o700, 0o700, 0o700, 0o700]);
    });

    describe('a volume that is being made', () => {
      it('is nowhere to be seen before it is revealed', async () => {
        await pool.volumes.prepare(volume('vol-1'), emptyDirectory);
        expect(pool.volumes.content('vol-1')).to.equal(undefined);
        expect(pool.volumes.descriptor('vol-1')).to.equal(undefined);
        expect(pool.volumes.survey()).to.deep.equal({ items: [], unreadable: [] });
      });

      it('is there with its descriptor once it is revealed', async () => {
        await make(volume('vol-1'));
        expect(pool.volumes.descriptor('vol-1')).to.deep.equal(volume('vol-1'));
        expect(pool.volumes.content('vol-1')).to.deep.equal({
          kind: 'directory',
          path: inPool('volumes', 'vol-1', 'data'),
          identity: identityOf(dataOf('vol-1')),
        });
        expect(contentOf(inPool('volumes', 'vol-1'))).to.have.all.keys('data/', 'volume.json');
        expect(contentOf(inPool('incoming'))).to.deep.equal({});
      });

      it('is revealed again without harm', async () => {
        await make(volume('vol-1'));
        writeFileSync(join(dataOf('vol-1'), 'file'), 'content');
        const before = contentOf(pool.directory);
        await pool.volumes.reveal('vol-1');
        expect(contentOf(pool.directory)).to.deep.equal(before);
      });

      it('can be written to by workloads of any user, and its descriptor read by none', async () => {
        const before = process.umask(0o077);
        try {
          await make(volume('vol-1'));
        } finally {
          process.umask(before);
        }
        expect(mode(dataOf('vol-1'))).to.equal(0o777);
        expect(mode(inPool('volumes', 'vol-1', 'volume.json'))).to.equal(0o600);
      });

      it('is gone when it is discarded', async () => {
        await pool.volumes.prepare(volume('vol-1'), emptyDirectory);
        await pool.volumes.discard('vol-1');
        expect(contentOf(inPool('incoming'))).to.deep.equal({});
      });

      it('keeps every field, however odd', async () => {
        const odd = volume('vol-1', {
          name: '../\n"😀',
          capacityBytes: 2n ** 63n - 1n,
          parameters: protoKey('value'),
          kind: 'fast',
          accessibleTopology: [{ 'topology.test/node': 'node-1' }],
        });
        await make(odd);
        expect(pool.volumes.descriptor('vol-1')).to.deep.equal(odd);
      });
    });

    describe('describe', () => {
      it('replaces the descriptor whole, whatever an interrupted call left', async () => {
        await make(volume('vol-1'));
        writeFileSync(inPool('volumes', 'vol-1', 'volume.json.new'), '{"half');
        const larger = volume('vol-1', { capacityBytes: 2048n });
        await pool.volumes.describe(larger);
        expect(pool.volumes.descriptor('vol-1')).to.deep.equal(larger);
        expect(contentOf(inPool('volumes', 'vol-1'))).to.have.all.keys('data/', 'volume.json');
      });
    });

    describe('a volume that is being removed', () => {
      beforeEach(async () => {
        await make(volume('vol-1'));
        writeFileSync(join(dataOf('vol-1'), 'file'), 'content');
      });

      it('is out of sight once it is retired, also when that is done twice', async () => {
        await pool.volumes.retire('vol-1');
        await pool.volumes.retire('vol-1');
        expect(pool.volumes.content('vol-1')).to.equal(undefined);
        expect(pool.volumes.descriptor('vol-1')).to.equal(undefined);
        expect(contentOf(inPool('volumes'))).to.deep.equal({});
      });

      it('is as it was when it is put back', async () => {
        const before = contentOf(inPool('volumes'));
        await pool.volumes.retire('vol-1');
        await pool.volumes.restore('vol-1');
        expect(contentOf(inPool('volumes'))).to.deep.equal(before);
        expect(contentOf(inPool('trash'))).to.deep.equal({});
      });

      it('is gone with all that is in it once it is discarded', async () => {
        await mkdir(join(dataOf('vol-1'), 'a/b'), { recursive: true });
        await pool.volumes.retire('vol-1');
        await pool.volumes.discard('vol-1');
        await pool.volumes.discard('vol-1');
        expect(contentOf(inPool('trash'))).to.deep.equal({});
      });
    });

    it('recover finishes what has a record, lists the rest, and touches no stranger', async () => {
      await make(volume('kept'), volume('stranger'), volume('deleted'), volume('half-deleted'));
      await pool.volumes.prepare(volume('recorded'), emptyDirectory);
      await pool.volumes.prepare(volume('half-made'), emptyDirectory);
      await pool.volumes.retire('deleted');
      await pool.volumes.retire('half-deleted');
      const known = ['kept', 'recorded', 'half-deleted'];
      const { leftovers, strangers, missing } = await pool.volumes.recover(
        new Set([...known, 'lost']),
      );
      expect(leftovers).to.have.members(['half-made', 'deleted']);
      expect(strangers).to.deep.equal(['stranger']);
      expect(missing).to.deep.equal(['lost']);
      for (const id of [...known, 'stranger']) {
        expect(pool.volumes.descriptor(id)).to.deep.equal(volume(id));
      }
      for (const id of leftovers) await pool.volumes.discard(id);
      expect(contentOf(inPool('incoming'))).to.deep.equal({});
      expect(contentOf(inPool('trash'))).to.deep.equal({});
    });

    it('survey tells what can be read from what cannot', async () => {
      await make(volume('good'), volume('damaged'), volume('bare'), volume('renamed'));
      writeFileSync(inPool('volumes', 'damaged', 'volume.json'), '{"format":1');
      rmSync(inPool('volumes', 'bare', 'volume.json'));
      writeFileSync(
        inPool('volumes', 'renamed', 'volume.json'),
        readFileSync(inPool('volumes', 'good', 'volume.json')),
      );
      await mkdir(inPool('volumes', 'lost+found.'));
      const before = contentOf(pool.directory);
      const { items, unreadable } = pool.volumes.survey();
      expect(items).to.deep.equal([volume('good')]);
      expect(unreadable).to.have.members(['damaged', 'bare', 'renamed', 'lost+found.']);
      expect(contentOf(pool.directory)).to.deep.equal(before);
    });

    it('a damaged descriptor is an error that says which, not a missing volume', async () => {
      await make(volume('vol-1'));
      writeFileSync(inPool('volumes', 'vol-1', 'volume.json'), '');
      expect(() => pool.volumes.descriptor('vol-1')).to.throw(RecordError, /vol-1\/volume\.json/);
    });

    it('a volume without its data has no identity', async () => {
      await make(volume('vol-1'));
      rmSync(dataOf('vol-1'), { recursive: true });
      expect(pool.volumes.content('vol-1')).to.equal(undefined);
      expect(pool.volumes.descriptor('vol-1')).to.deep.equal(volume('vol-1'));
    });

    for (const climbing of [
      '../volumes/vol-1',
      './vol-1',
      'vol-1/',
      '..',
      '.',
      '',
      'vol-1/../vol-1',
    ]) {
      it(`${JSON.stringify(climbing)} leads to no volume`, async () => {
        await make(volume('vol-1'));
        expect(pool.volumes.descriptor(climbing)).to.equal(undefined);
        expect(pool.volumes.content(climbing)).to.equal(undefined);
      });
    }

    it('space is that of its file system', async () => {
      const { blocks, bsize } = await pool.space();
      expect([blocks, bsize]).to.deep.equal([
        statfsSync(directory.path).blocks,
        statfsSync(directory.path).bsize,
      ]);
    });

    it('a volume of an id that is taken is not made', async () => {
      await pool.volumes.prepare(volume('vol-1'), emptyDirectory);
      const before = contentOf(pool.directory);
      const error = await rejectionOf(
        pool.volumes.prepare(volume('vol-1', { name: 'other' }), emptyDirectory),
        Error,
      );
      expect(error).to.have.property('code', 'EEXIST');
      expect(contentOf(pool.directory)).to.deep.equal(before);
    });
  });
}

describe('volumeAt', () => {
  const cases: [root: string, volumeId: string | undefined][] = [
    ['/pool/volumes/vol-1/data', 'vol-1'],
    ['/volumes/vol-1/data', 'vol-1'],
    ['/pool/trash/vol-1/data', 'vol-1'],
    ['/pool/trash/vol-1/data//deleted', 'vol-1'],
    ['/pool/incoming/vol-1/data', undefined],
    ['/pool/volumes/vol-1', undefined],
    ['/pool/volumes/vol-1/data/sub', undefined],
    ['/pool/volumes/data', undefined],
    ['/', undefined],
  ];
  const directory = withDirectory();
  for (const [root, expected] of cases) {
    it(`${root}: ${expected ?? 'none'}`, () => {
      expect(openPool(directory.path, 'never').volumeAt(root)).to.equal(expected);
    });
  }
});

describe('what a shelf removes', () => {
  const directory = withDirectory();

  it('is waited for by who asks whether all is settled', async () => {
    const pool = openPool(join(directory.path, 'pool'), 'never');
    await pool.volumes.prepare(volume('vol-1'), emptyDirectory);
    await pool.volumes.reveal('vol-1');
    const data = join(pool.directory, 'volumes/vol-1/data');
    for (let file = 0; file < 500; file += 1) writeFileSync(join(data, String(file)), '');
    await pool.volumes.retire('vol-1');
    const gone = pool.volumes.discard('vol-1');
    await pool.volumes.settled();
    expect(contentOf(join(pool.directory, 'trash'))).to.deep.equal({});
    await gone;
  });

  it('is a dangling symlink too', async () => {
    const pool = openPool(join(directory.path, 'pool'), 'never');
    const link = join(pool.directory, 'trash/left');
    symlinkSync('/nowhere', link);
    await pool.volumes.discard('left');
    expect(readdirSync(join(pool.directory, 'trash'))).to.deep.equal([]);
  });
});
