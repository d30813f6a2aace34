import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { isOf, manifestsIn, partsOf, ROOT, textAt, type Manifest } from './manifest.js';

const EXAMPLES = readdirSync(join(ROOT, 'deploy/examples'), { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name);
const base = ['base', 'components'].flatMap((directory) => manifestsIn(`deploy/${directory}`));
const namesOf = (kind: string): readonly string[] => base.filter(isOf(kind)).map(nameOf);

for (const example of EXAMPLES) {
  describe(`example ${example}`, () => {
    const directory = `deploy/examples/${example}`;
    const manifests = manifestsIn(directory);
    const parts = manifests.flatMap(({ content }) => partsOf(content));

    it('has a README that tells how to run it, what to see and how to clean up', () => {
      const readme = readFileSync(join(ROOT, directory, 'README.md'), 'utf8');
      expect(readme).to.match(/^# /).and.to.include('\n## Clean up\n').and.to.include('kubectl ');
    });

    it('the README names only files that exist', () => {
      const readme = readFileSync(join(ROOT, directory, 'README.md'), 'utf8');
      const named = [...readme.matchAll(/deploy\/[\w./-]*\w/g)].map(([path]) => path);
      expect(named.filter((path) => !existsSync(join(ROOT, path)))).to.deep.equal([]);
    });

    it('the README waits long enough for an image to be pulled', () => {
      const readme = readFileSync(join(ROOT, directory, 'README.md'), 'utf8');
      const waits = readme.split('\n').filter((line) => line.includes('kubectl wait'));
      expect(waits.filter((line) => !line.endsWith(' --timeout=3m'))).to.deep.equal([]);
    });

    it('uses classes and a driver that are deployed', () => {
      for (const part of parts) {
        const storage = textAt(part, 'storageClassName');
        if (storage !== '') expect(namesOf('StorageClass')).to.include(storage);
        const snapshot = textAt(part, 'volumeSnapshotClassName');
        if (snapshot !== '') expect(namesOf('VolumeSnapshotClass')).to.include(snapshot);
        const driver = textAt(part, 'driver');
        if (driver !== '') expect(namesOf('CSIDriver')).to.include(driver);
      }
    });

    it('every claim that is used is there, and every claim that is there is used', () => {
      const claims = manifests.filter(isOf('PersistentVolumeClaim')).map(nameOf);
      const used = parts.flatMap((part) => {
        const name =
          textAt(part, 'persistentVolumeClaim', 'claimName') ||
          textAt(part, 'source', 'persistentVolumeClaimName');
        return name === '' ? [] : [name];
      });
      expect(claims).to.include.members(used);
      // A claim that must be refused has no user.
      const unused = claims.filter((name) => !used.includes(name));
      expect(unused.filter((name) => !name.endsWith('-mixed'))).to.deep.equal([]);
    });

    it('its objects have names of their own', () => {
      const names = manifests.map((each) => `${textAt(each.content, 'kind')} ${nameOf(each)}`);
      expect(names).to.deep.equal([...new Set(names)]);
    });
  });
}

function nameOf({ content }: Manifest): string {
  return textAt(content, 'metadata', 'name');
}
