import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { optionsFromArguments } from '../../src/options.js';
import { containersOf, manifestsIn, ROOT, textAt } from './manifest.js';
import { SIDECARS } from './sidecar.js';

describe('containers in deploy/', () => {
  const containers = manifestsIn('deploy').flatMap(containersOf);
  const version = textAt(JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')), 'version');

  for (const { title, name, image } of containers.filter((container) => container.image !== '')) {
    it(`${title}: the image has an exact version`, () => {
      expect(image).to.match(/^[a-z0-9./-]+:v?\d+\.\d+\.\d+$/);
    });

    if (image.includes('/sig-storage/')) {
      it(`${title}: the sidecar is at the version whose flags and rights are known`, () => {
        expect(image).to.equal(SIDECARS[name]?.image);
      });
    }
  }

  it('the driver has one image, of the version in package.json', () => {
    const images = containers.filter(({ name, image }) => name === 'csi-mock' && image !== '');
    expect(images.map(({ image }) => image)).to.deep.equal([`csi-mock-driver:${version}`]);
  });

  const drivers = containers.filter(({ name, args }) => name === 'csi-mock' && args.length > 0);

  it('the driver gets arguments in each of the four workloads', () => {
    expect(drivers).to.have.lengthOf(4);
  });

  for (const { title, args } of drivers) {
    it(`${title}: the driver takes the arguments`, () => {
      expect(() => optionsFromArguments([...args], {})).not.to.throw();
    });
  }

  for (const { title, name, args } of containers) {
    const sidecar = SIDECARS[name];
    if (sidecar === undefined) continue;
    it(`${title}: the sidecar knows the flags`, () => {
      const flags = args.map((arg) => arg.replace(/^--/, '').replace(/=.*$/, ''));
      expect(sidecar.flags).to.include.members(flags);
    });
  }
});
