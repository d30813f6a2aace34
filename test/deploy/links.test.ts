import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect } from 'chai';
import { ROOT } from './manifest.js';

const PAGES = ['docs', 'deploy'].flatMap((directory) =>
  readdirSync(join(ROOT, directory), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => join(directory, name))
    .toSorted(),
);

describe('links in docs/ and deploy/', () => {
  for (const page of PAGES) {
    it(`${page}: every relative link leads to something`, () => {
      const text = readFileSync(join(ROOT, page), 'utf8');
      const targets = [...text.matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = '']) => target);
      const files = targets
        .filter((target) => !/^[a-z]+:|^#/.test(target))
        .map((target) => target.replace(/#.*$/, ''));
      const missing = files.filter((file) => !existsSync(join(ROOT, dirname(page), file)));
      expect(missing).to.deep.equal([]);
    });
  }
});
