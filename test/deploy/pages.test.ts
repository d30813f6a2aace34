import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect } from 'chai';
import { ROOT } from './manifest.js';

const PAGES = [
  'README.md',
  ...['docs', 'deploy'].flatMap((directory) =>
    readdirSync(join(ROOT, directory), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.md'))
      .map((name) => join(directory, name))
      .toSorted(),
  ),
];

describe('README.md and the pages of docs/ and deploy/', () => {
  for (const page of PAGES) {
    it(`${page}: every relative link leads to something`, () => {
      const links = [...textOf(page).matchAll(/\]\(([^)\s]+)\)/g)].map(([, link = '']) => link);
      const dead = links
        .filter((link) => !/^[a-z]+:/.test(link))
        .filter((link) => {
          const [path = '', anchor] = link.split('#');
          const file = path === '' ? page : join(dirname(page), path);
          if (!existsSync(join(ROOT, file))) return true;
          return anchor !== undefined && !anchorsOf(file).includes(anchor);
        });
      expect(dead).to.deep.equal([]);
    });

    it(`${page}: every image has an exact version`, () => {
      const images = [...textOf(page).matchAll(/^[ -]*image: (\S+)$/gm)].map(([, image]) => image);
      expect(images.filter((image) => !/:v?\d+\.\d+\.\d+$/.test(image ?? ''))).to.deep.equal([]);
    });
  }
});

function textOf(page: string): string {
  return readFileSync(join(ROOT, page), 'utf8');
}

/** What GitHub makes of the headings of a page. */
function anchorsOf(page: string): readonly string[] {
  return [...textOf(page).matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );
}
