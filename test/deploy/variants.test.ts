import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { parse, stringify } from 'yaml';
import { built, hasKustomize, OVERLAYS, WORKLOADS } from './kustomize.js';
import { at, containersOf, isOf, listAt, ROOT, textAt, type Manifest } from './manifest.js';

describe('all overlays', () => {
  it('select pods of their own, whatever is left of another', function () {
    if (!hasKustomize) this.skip();
    const selectors = OVERLAYS.flatMap((overlay) =>
      built(`overlays/${overlay}`)
        .filter(({ content }) => WORKLOADS.includes(textAt(content, 'kind')))
        .map(({ content }) => JSON.stringify(at(content, 'spec', 'selector', 'matchLabels'))),
    );
    expect(selectors).to.have.lengthOf(4);
    expect(new Set(selectors).size).to.equal(selectors.length);
  });
});

describe('a copy of deploy/', () => {
  let copy = '';

  before(function () {
    if (!hasKustomize) this.skip();
  });
  beforeEach(() => {
    copy = mkdtempSync(join(tmpdir(), 'csi-mock-test-'));
    cpSync(join(ROOT, 'deploy'), copy, { recursive: true });
  });
  afterEach(() => rmSync(copy, { recursive: true }));

  it('has the kubelet directory in one place', () => {
    const file = join(copy, 'components/node/kubelet.yaml');
    const text = readFileSync(file, 'utf8');
    writeFileSync(file, text.replace('directory: /var/lib/kubelet', 'directory: /k0s/kubelet'));
    for (const overlay of OVERLAYS) {
      const usual = JSON.stringify(built(`overlays/${overlay}`));
      const moved = JSON.stringify(built(join(copy, 'overlays', overlay)));
      expect(moved).not.to.include('/var/lib/kubelet');
      expect(moved.split('/k0s/kubelet')).to.have.lengthOf(usual.split('/var/lib/kubelet').length);
    }
  });

  it('takes the image of another registry as the README has it', () => {
    const readme = readFileSync(join(copy, 'README.md'), 'utf8');
    const [, example = ''] = /^ *```yaml\n([^]*?)^ *```/m.exec(readme) ?? [];
    const own = join(copy, 'own');
    mkdirSync(own);
    writeFileSync(
      join(own, 'kustomization.yaml'),
      example.replaceAll(/^ {2}/gm, '').replace('../csi-mock-driver/deploy', '..'),
    );
    const images = built(own)
      .flatMap(containersOf)
      .filter(({ name }) => name === 'csi-mock')
      .map(({ image }) => image.replace(/:.*$/, ''));
    expect(images).to.deep.equal(Array(2).fill('registry.example.com/csi-mock-driver'));
  });

  for (const overlay of OVERLAYS) {
    const withComponent = (name: string): readonly Manifest[] => {
      const file = join(copy, 'overlays', overlay, 'kustomization.yaml');
      const text = readFileSync(file, 'utf8');
      writeFileSync(
        file,
        text.replace('components:\n', `components:\n  - ../../components/${name}\n`),
      );
      return built(join(copy, 'overlays', overlay));
    };

    it(`builds without snapshots in ${overlay}`, () => {
      const file = join(copy, 'overlays', overlay, 'kustomization.yaml');
      const kustomization: object = parse(readFileSync(file, 'utf8'));
      const components = listAt(kustomization, 'components').filter(
        (path) => path !== '../../components/snapshots',
      );
      const patches = listAt(kustomization, 'patches').filter(
        (patch) => at(patch, 'path') !== 'snapshotter.yaml',
      );
      writeFileSync(file, stringify({ ...kustomization, components, patches }));
      const text = JSON.stringify(built(join(copy, 'overlays', overlay)));
      expect(text).to.include('csi-provisioner:').and.not.to.include('csi-snapshotter');
    });

    it(`takes the component republish in ${overlay}`, () => {
      const driver = withComponent('republish').find(isOf('CSIDriver'));
      expect(at(driver?.content, 'spec', 'requiresRepublish')).to.equal(true);
      expect(textAt(driver?.content, 'spec', 'tokenRequests', 0, 'audience')).to.equal(
        textAt(driver?.content, 'metadata', 'name'),
      );
    });

    it(`takes the component selinux in ${overlay}: no pod is confined`, () => {
      const manifests = withComponent('selinux');
      const pods = WORKLOADS.flatMap((kind) => manifests.filter(isOf(kind))).map(({ content }) =>
        at(content, 'spec', 'template', 'spec', 'securityContext', 'seLinuxOptions'),
      );
      expect(pods).to.have.lengthOf(overlay === 'split' ? 2 : 1);
      for (const options of pods) expect(options).to.deep.equal({ type: 'spc_t' });
    });

    it(`takes the component selinux-mount in ${overlay}`, () => {
      const driver = withComponent('selinux-mount').find(isOf('CSIDriver'));
      expect(at(driver?.content, 'spec', 'seLinuxMount')).to.equal(true);
    });
  }
});
