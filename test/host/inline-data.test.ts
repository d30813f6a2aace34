import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { emptyDirectory } from '../../src/host/content.js';
import { openInlineData } from '../../src/host/inline-data.js';
import { volume } from '../store/samples.js';
import { contentOf, withDirectory } from './directory.js';

describe('the inline data of a node', () => {
  const directory = withDirectory();
  const place = () => join(directory.path, 'node-1');

  it('ends at once when its last volume is gone, with what is remembered', async () => {
    const data = openInlineData(place());
    await data.make(volume('vol-1'), emptyDirectory);
    await data.remove('vol-1');
    expect(data.isPast('vol-1')).to.equal(true);
    data.end();
    expect(existsSync(place())).to.equal(false);
  });

  it('does not end while it holds a volume', async () => {
    const data = openInlineData(place());
    await data.make(volume('vol-1'), emptyDirectory);
    const before = contentOf(place());
    data.end();
    expect(contentOf(place())).to.deep.equal(before);
  });
});
