import { spawnSync } from 'node:child_process';
import { mkdir, readdir, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { StoreError } from '../../src/store/store.js';
import { PATIENCE_MS } from '../patience.js';
import { rejectionOf } from './rejection.js';
import { attachment, nodeVolume, numbered, volume } from './samples.js';
import { makeStateDirectory, type StateDirectory } from './state-directory.js';
import { storeContract } from './store-contract.js';

const WRITER = fileURLToPath(new URL('./acknowledging-writer.js', import.meta.url));

storeContract('LevelDB', makeStateDirectory);

storeContract('LevelDB without syncing', async () => {
  const directory = await makeStateDirectory();
  return { open: () => directory.open('never'), remove: () => directory.remove() };
});

describe('LevelDB: the state directory', () => {
  let directory: StateDirectory;

  beforeEach(async () => {
    directory = await makeStateDirectory();
  });

  afterEach(async () => {
    await directory.remove();
  });

  async function fill(): Promise<string> {
    return directory.with(async (store) => {
      await store.putVolume(volume('a'));
      await store.putAttachment(attachment('a', 'node-1'));
      await store.putNodeVolume(nodeVolume('node-1', 'a'));
      return store.id;
    });
  }

  it('is made, and is open to its owner only', async () => {
    await fill();
    expect((await stat(directory.path)).mode & 0o777).to.equal(0o700);
  });

  it('may be there already, empty', async () => {
    await mkdir(directory.path, { recursive: true });
    await fill();
    expect(await directory.with(async (store) => store.volume('a'))).to.deep.equal(volume('a'));
  });

  it('belongs to one driver at a time', async () => {
    await directory.with(async (store) => {
      const { message } = await rejectionOf(directory.open(), StoreError);
      expect(message).to.include('another driver uses').and.include(directory.path);
      await store.putVolume(volume('a'));
    });
    expect(await directory.with(async (store) => store.volume('a'))).to.deep.equal(volume('a'));
  });

  it('belongs to one process at a time', async () => {
    await directory.with(async () => {
      const { status, stderr } = spawnSync(process.execPath, [WRITER, directory.path], {
        encoding: 'utf8',
        timeout: PATIENCE_MS,
      });
      expect(status).to.equal(1);
      expect(stderr).to.include('another driver uses');
    });
  });

  describe('is refused, and left as it is, when', () => {
    const rows: readonly [title: string, spoil: () => Promise<unknown>][] = [
      ['CURRENT is missing', async () => rm(await directory.find(/^CURRENT$/))],
      ['CURRENT is garbage', async () => writeFile(await directory.find(/^CURRENT$/), 'garbage')],
      ['the manifest is missing', async () => rm(await directory.find(/^MANIFEST/))],
      ['the manifest is empty', async () => truncate(await directory.find(/^MANIFEST/))],
      ['the manifest is cut short', async () => truncate(await directory.find(/^MANIFEST/), 10)],
      ['the manifest is garbage', async () => writeFile(await directory.find(/^MANIFEST/), 'x')],
      ['a table is missing', async () => rm(await directory.find(/ldb$/))],
      [
        'only files that are not of a store are there',
        async () => {
          await rm(directory.path, { recursive: true });
          await mkdir(directory.path);
          await writeFile(join(directory.path, 'notes.txt'), 'mine');
        },
      ],
    ];
    for (const [title, spoil] of rows) {
      it(title, async () => {
        await fill();
        // The second opening turns the log into a table.
        await directory.with(async () => undefined);
        await spoil();
        const before = await directory.files();
        for (const time of ['first', 'second']) {
          const { message } = await rejectionOf(directory.open(), StoreError);
          expect(message, time).to.include(directory.path);
          expect(message, time)
            .to.include('No record was changed')
            .and.include('csi-mock pool rebuild');
        }
        expect(await directory.files()).to.deep.equal(before);
      });
    }

    it('it is a file', async () => {
      await mkdir(dirname(directory.path));
      await writeFile(directory.path, 'mine');
      const { message } = await rejectionOf(directory.open(), StoreError);
      expect(message).to.include(`${directory.path} cannot be used`);
      expect(await readFile(directory.path, 'utf8')).to.equal('mine');
    });
  });

  it('is refused when a table is garbage, which is left as it is', async () => {
    await fill();
    await directory.with(async () => undefined);
    const table = await directory.find(/ldb$/);
    await writeFile(table, 'garbage');
    for (const time of ['first', 'second']) {
      const { message } = await rejectionOf(directory.open(), StoreError);
      expect(message, time).to.include(directory.path).and.include('csi-mock pool rebuild');
    }
    expect(await readFile(table, 'utf8')).to.equal('garbage');
  });

  it('is refused when the log is damaged in the middle, where LevelDB drops records silently', async () => {
    await directory.with(async (store) => {
      for (let index = 0; index < 300; index += 1) await store.putVolume(volume(numbered(index)));
    });
    const log = await directory.find(/log$/);
    const content = await readFile(log);
    expect(content.length).to.be.greaterThan(3 * 32768);
    content.fill('garbage', 40_000, 40_100);
    await writeFile(log, content);
    const { message } = await rejectionOf(directory.open(), StoreError);
    expect(message).to.match(/should hold \(volumes: 300, .*\), but holds \(volumes: \d+,/);
    expect(message).to.include('csi-mock pool rebuild');
    await rejectionOf(directory.open(), StoreError);
  });

  it('is refused when everything in it is gone, where LevelDB opens empty', async () => {
    await fill();
    await writeFile(await directory.find(/log$/), 'garbage');
    for (const time of ['first', 'second']) {
      const { message } = await rejectionOf(directory.open(), StoreError);
      expect(message, time).to.include('lost its identity').and.include('csi-mock pool rebuild');
    }
  });

  describe('is taken for new when an earlier driver ended before its first write:', () => {
    const rows: readonly [title: string, leave: () => Promise<unknown>][] = [
      ['it had made nothing in it yet', async () => undefined],
      ['LevelDB was about to be made', async () => writeFile(join(directory.path, 'LOCK'), '')],
      ['LevelDB had no records yet', () => directory.tamper((level) => level.clear())],
    ];
    for (const [title, leave] of rows) {
      it(title, async () => {
        const marker = join(directory.path, 'INCOMPLETE');
        if (title.includes('no records')) await fill();
        else await mkdir(directory.path, { recursive: true });
        await writeFile(marker, '');
        await leave();
        await fill();
        expect(await readdir(directory.path)).to.not.include('INCOMPLETE');
        expect(await directory.with(async (store) => store.volume('a'))).to.deep.equal(volume('a'));
      });
    }
  });
});
