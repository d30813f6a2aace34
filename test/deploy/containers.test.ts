import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect } from 'chai';
import { optionsFromArguments } from '../../src/options.js';
import { at, containersOf, listAt, manifestsIn, partsOf, ROOT, textAt } from './manifest.js';
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
    const images = containers.map(({ image }) => image);
    const ours = images.filter((image) => image.startsWith('csi-mock-driver'));
    expect(new Set(ours)).to.deep.equal(new Set([`csi-mock-driver:${version}`]));
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

  for (const [rebuild, driver] of [
    ['rebuild/node.yaml', 'overlays/all-in-one/driver.yaml'],
    ['rebuild/node.yaml', 'overlays/distributed/driver.yaml'],
    ['rebuild/split.yaml', 'overlays/split/controller.yaml'],
  ]) {
    it(`${rebuild} works on what the driver of ${driver} has, at the same paths`, () => {
      const work = containers.find(({ title }) => title.startsWith(`deploy/${rebuild}`));
      const serve = drivers.find(({ title }) => title.startsWith(`deploy/${driver}`));
      expect(work?.args.slice(0, 2)).to.deep.equal(['pool', 'rebuild']);
      const ours = optionsFromArguments([...(work?.args.slice(2) ?? [])], {});
      const theirs = optionsFromArguments([...(serve?.args ?? [])], {});
      expect(ours.services).to.deep.equal(theirs.services);
      expect(ours.stateDir).to.equal(theirs.stateDir);
      expect(ours.poolDir).to.equal(theirs.poolDir);
      expect(statePaths(`deploy/${rebuild}`)).to.deep.equal(statePaths(`deploy/${driver}`));
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

/** The directories of the node below /var/lib/csi-mock..., each with its path in the container. */
function statePaths(file: string): unknown {
  const parts = manifestsIn(dirname(file))
    .filter((manifest) => manifest.file === file)
    .flatMap(({ content }) => partsOf(content));
  const mounts = parts.flatMap((part) => listAt(part, 'volumeMounts'));
  return parts.flatMap((part) => {
    const path = textAt(part, 'hostPath', 'path');
    if (!path.startsWith('/var/lib/csi-mock')) return [];
    const mount = mounts.find((each) => at(each, 'name') === at(part, 'name'));
    return [[path, textAt(mount, 'mountPath')]];
  });
}
