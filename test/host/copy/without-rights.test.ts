import { chmodSync, chownSync, existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { asNobody, IN_NAMESPACE, NOBODY, program } from '../nobody.js';
import { isRoot, scratch, type Scratch } from '../scratch.js';

describe('copying a directory without the right to mount', () => {
  let place: Scratch;
  let target: string;

  before(function () {
    if (!isRoot) this.skip();
  });
  beforeEach(() => {
    place = scratch();
    const data = place.make('volume', 'data');
    writeFileSync(join(data, 'file'), 'content');
    target = place.path('volume', 'copy');
    for (const path of [place.path('volume'), data]) chownSync(path, NOBODY, NOBODY);
    chmodSync(place.path('volume'), 0o700);
  });
  afterEach(() => place.remove());

  function outcome(use: string, before: readonly string[] = []): string {
    const command = program('copy-program', [place.path('volume'), target, use]);
    return asNobody([...before, ...command]).stdout;
  }

  it('is done while nobody uses it', () => {
    expect(outcome('unused')).to.equal('copied');
    expect(readFileSync(join(target, 'file'), 'utf8')).to.equal('content');
  });

  it('is refused while somebody uses it, with nothing made', () => {
    expect(outcome('used')).to.equal('not-readable');
    expect(existsSync(target)).to.equal(false);
  });

  it('is refused when somebody has begun to use it meanwhile', () => {
    expect(outcome('used soon')).to.equal('not-readable');
  });

  it('is done in a user namespace, which gives the right; files of others are then its own', () => {
    expect(outcome('used', IN_NAMESPACE)).to.equal('copied');
    expect(statSync(join(target, 'file')).uid).to.equal(NOBODY);
  });
});
