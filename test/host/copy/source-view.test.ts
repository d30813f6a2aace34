import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { contentIn } from '../../../src/host/content.js';
import { viewOf, type SourceView } from '../../../src/host/copy/source-view.js';
import { isRoot, scratch, type Scratch } from '../scratch.js';

describe('the view of a directory that is copied while it is in use', () => {
  let place: Scratch;
  let data: string;
  let view: SourceView;

  before(function () {
    if (!isRoot) this.skip();
    place = scratch();
    data = place.make('volume', 'data');
    const content = contentIn(place.path('volume'));
    if (content === undefined) throw new Error('there is no content');
    view = viewOf(content);
  });
  after(() => {
    view[Symbol.dispose]();
    place.remove();
  });

  it('shows what is there, also what came later', () => {
    mkdirSync(join(data, 'directory'));
    writeFileSync(join(data, 'directory', 'file'), 'content');
    expect(readFileSync(`${view.link}/directory/file`, 'utf8')).to.equal('content');
    expect(view.isSafe).to.equal(true);
  });

  it('follows no symlink, neither on the way nor at the end', () => {
    place.make('outside');
    writeFileSync(place.path('outside', 'secret'), '');
    symlinkSync(place.path('outside'), join(data, 'way'));
    symlinkSync(place.path('outside', 'secret'), join(data, 'end'));
    symlinkSync('directory', join(data, 'inside'));
    for (const path of ['way/secret', 'end', 'inside/file']) {
      expect(() => readFileSync(`${view.link}/${path}`), path).to.throw('ELOOP');
    }
  });

  it('opens no device', () => {
    execFileSync('mknod', [join(data, 'zero'), 'c', '1', '5']);
    expect(() => readFileSync(`${view.link}/zero`)).to.throw('EACCES');
  });

  it('takes no write', () => {
    expect(() => writeFileSync(`${view.link}/new`, '')).to.throw('EROFS');
    writeFileSync(join(data, 'new'), '');
  });
});
