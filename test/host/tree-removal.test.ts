import { execFileSync } from 'node:child_process';
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { Worker } from 'node:worker_threads';
import { expect } from 'chai';
import { treeRemoval } from '../../src/host/tree-removal.js';
import { isRoot, scratch, type Scratch } from './scratch.js';

describe('treeRemoval', () => {
  let place: Scratch;
  beforeEach(function () {
    if (!isRoot) this.skip();
    place = scratch();
  });
  afterEach(() => {
    if (isRoot) place.remove();
  });

  it('removes a directory with all that is in it', async () => {
    writeFileSync(`${place.make('trash', 'a', 'b')}/file`, '');
    await treeRemoval().remove(place.path('trash', 'a'));
    expect(existsSync(place.path('trash', 'a'))).to.equal(false);
  });

  it('removes directories that are nested deeper than a path can say', async () => {
    const tree = place.make('trash', 'a');
    for (let depth = 0; depth < 40; depth += 1) {
      mkdirSync(place.path('outer'));
      renameSync(tree, place.path('outer', 'n'.repeat(200)));
      renameSync(place.path('outer'), tree);
    }
    await treeRemoval().remove(tree);
    expect(existsSync(tree)).to.equal(false);
  });

  it('removes a symlink itself, whether or not it leads somewhere', async () => {
    const precious = place.make('precious');
    writeFileSync(`${precious}/file`, 'data');
    place.make('trash');
    for (const aim of [precious, place.path('nowhere')]) {
      const link = place.path('trash', 'link');
      symlinkSync(aim, link);
      await treeRemoval().remove(link);
      expect(lstatSync(link, { throwIfNoEntry: false })).to.equal(undefined);
    }
    expect(readFileSync(`${precious}/file`, 'utf8')).to.equal('data');
  });

  it('removes nothing else while directories are swapped for symlinks', async () => {
    const FILES = Array.from({ length: 500 }, (_, number) => `file-${number}`);
    const fill = (directory: string) => {
      for (const name of FILES) writeFileSync(`${directory}/${name}`, '');
    };
    const precious = place.make('precious');
    fill(precious);
    const tree = place.path('trash', 'a');
    const pairs = Array.from({ length: 20 }, (_, number) => {
      const directory = place.make('trash', 'a', `sub-${number}`);
      fill(directory);
      const link = place.path(`link-${number}`);
      symlinkSync(precious, link);
      return { directory, link };
    });
    const removal = treeRemoval();
    const swapping = new Worker(new URL('./swap-program.js', import.meta.url), {
      workerData: pairs,
    });
    try {
      // What is swapped under its hands may fail it, as may what comes back.
      for (let turn = 0; turn < 5; turn += 1) await removal.remove(tree).catch(() => undefined);
    } finally {
      await swapping.terminate();
    }
    expect(readdirSync(precious)).to.have.lengthOf(FILES.length);
    await removal.remove(tree);
    expect(existsSync(tree)).to.equal(false);
  });

  it('is content when nothing is there', async () => {
    await treeRemoval().remove(place.path('nothing'));
  });

  it('never reaches into a mount: the directory stays until it is unmounted', async () => {
    const data = place.make('data');
    writeFileSync(`${data}/precious`, 'data');
    const target = place.make('trash', 'a', 'target');
    execFileSync('mount', ['--bind', data, target]);
    const removal = treeRemoval();
    const outcomes = await Promise.allSettled(
      ['a', 'a'].map((name) => removal.remove(place.path('trash', name))),
    );
    expect(outcomes.map(({ status }) => status)).to.deep.equal(['rejected', 'rejected']);
    expect(readFileSync(`${data}/precious`, 'utf8')).to.equal('data');

    execFileSync('umount', [target]);
    await removal.remove(place.path('trash', 'a'));
    expect(existsSync(place.path('trash', 'a'))).to.equal(false);
    expect(readFileSync(`${data}/precious`, 'utf8')).to.equal('data');
  });
});
