import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { optionsFromArguments, type Options } from '../../src/options.js';
import { built, hasKustomize, OVERLAYS } from './kustomize.js';
import { at, containersOf, isOf, listAt, ROOT, textAt, type Manifest } from './manifest.js';

const WORKLOADS = ['StatefulSet', 'DaemonSet'];

for (const overlay of OVERLAYS) {
  describe(`overlay ${overlay}`, () => {
    let manifests: readonly Manifest[] = [];

    before(function () {
      // Comes with Go: go install sigs.k8s.io/kustomize/kustomize/v5@v5.7.1
      if (!hasKustomize) this.skip();
      manifests = built(`overlays/${overlay}`);
    });

    const ofKind = (kind: string): readonly Manifest[] => manifests.filter(isOf(kind));
    const workloads = (): readonly Manifest[] => WORKLOADS.flatMap(ofKind);
    const drivers = (): readonly Options[] =>
      workloads()
        .flatMap(containersOf)
        .filter(({ name }) => name === 'csi-mock')
        .map(({ args }) => optionsFromArguments([...args], {}));

    it('has one CSIDriver, and all names are its name', () => {
      const [driver, ...others] = ofKind('CSIDriver');
      expect(others).to.deep.equal([]);
      const name = textAt(driver?.content, 'metadata', 'name');
      const classes = ofKind('StorageClass').map(({ content }) => textAt(content, 'provisioner'));
      const snapshots = ofKind('VolumeSnapshotClass').map(({ content }) =>
        textAt(content, 'driver'),
      );
      const names = [...classes, ...snapshots, ...drivers().map(({ driverName }) => driverName)];
      expect(names).to.have.length.above(3);
      expect(new Set(names)).to.deep.equal(new Set([name]));
      const registrars = workloads()
        .flatMap(containersOf)
        .filter((container) => container.name === 'node-driver-registrar');
      expect(registrars).to.have.lengthOf(1);
      expect(registrars[0]?.args).to.include(
        `--kubelet-registration-path=$(KUBELET_DIRECTORY)/plugins/${name}/csi.sock`,
      );
      expect(hostPath(nodeWorkload(workloads()), 'socket')).to.equal(
        `/var/lib/kubelet/plugins/${name}`,
      );
    });

    it('CSIDriver and the driver agree on attaching', () => {
      const [driver] = ofKind('CSIDriver');
      const attach = drivers().map((options) => options.attach);
      expect(new Set(attach)).to.deep.equal(
        new Set([at(driver?.content, 'spec', 'attachRequired')]),
      );
      const attachers = workloads()
        .flatMap(containersOf)
        .filter(({ name }) => name === 'csi-attacher');
      expect(attachers.length > 0).to.equal(attach[0]);
    });

    it('CSIDriver announces capacity where csi-provisioner publishes it', () => {
      const [driver] = ofKind('CSIDriver');
      const provisioner = workloads()
        .flatMap(containersOf)
        .find(({ name }) => name === 'csi-provisioner');
      expect(provisioner?.args.includes('--enable-capacity')).to.equal(
        at(driver?.content, 'spec', 'storageCapacity'),
      );
    });

    it('every service runs once', () => {
      const services = drivers().flatMap((options) => options.services);
      expect(services.toSorted()).to.deep.equal(['controller', 'node']);
    });

    it('every container meets the others at one socket', () => {
      for (const { title, args } of workloads().flatMap(containersOf)) {
        const addresses = args.filter((arg) => arg.startsWith('--csi-address='));
        if (title.endsWith(', csi-mock')) continue;
        expect(addresses, title).to.deep.equal(['--csi-address=/csi/csi.sock']);
      }
      for (const { content } of workloads()) {
        for (const container of listAt(content, 'spec', 'template', 'spec', 'containers')) {
          const paths = listAt(container, 'volumeMounts')
            .filter((mount) => at(mount, 'name') === 'socket')
            .map((mount) => at(mount, 'mountPath'));
          expect(paths, textAt(container, 'name')).to.deep.equal(['/csi']);
        }
      }
    });

    it('accounts exist', () => {
      const accounts = ofKind('ServiceAccount').map(({ content }) =>
        textAt(content, 'metadata', 'name'),
      );
      for (const { content } of workloads()) {
        const pod = at(content, 'spec', 'template', 'spec');
        const account = textAt(pod, 'serviceAccountName');
        if (account === '') expect(at(pod, 'automountServiceAccountToken')).to.equal(false);
        else expect(accounts).to.include(account);
      }
    });

    it('selectors select what the templates make', () => {
      for (const { content } of workloads()) {
        expect(at(content, 'spec', 'template', 'metadata', 'labels')).to.deep.include(
          at(content, 'spec', 'selector', 'matchLabels'),
        );
      }
    });

    it('nothing but the node service is privileged, and all say what they need', () => {
      for (const { content } of workloads()) {
        for (const container of listAt(content, 'spec', 'template', 'spec', 'containers')) {
          const name = textAt(container, 'name');
          const security = at(container, 'securityContext');
          const serves = optionsOf(container)?.services.includes('node') ?? false;
          expect(at(security, 'privileged') ?? false, name).to.equal(serves);
          expect(at(security, 'readOnlyRootFilesystem'), name).to.equal(true);
          if (!serves) {
            expect(at(security, 'allowPrivilegeEscalation'), name).to.equal(false);
            expect(listAt(security, 'capabilities', 'drop'), name).to.deep.equal(['ALL']);
          }
          expect(textAt(container, 'resources', 'requests', 'memory'), name).not.to.equal('');
          expect(textAt(container, 'resources', 'requests', 'cpu'), name).not.to.equal('');
        }
        expect(textAt(content, 'spec', 'template', 'spec', 'priorityClassName')).to.match(
          /-critical$/,
        );
      }
    });
  });
}

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

  it('takes the component republish in every overlay', () => {
    for (const overlay of OVERLAYS) {
      const file = join(copy, 'overlays', overlay, 'kustomization.yaml');
      const text = readFileSync(file, 'utf8');
      writeFileSync(
        file,
        text.replace('components:\n', 'components:\n  - ../../components/republish\n'),
      );
      const driver = built(join(copy, 'overlays', overlay)).find(isOf('CSIDriver'));
      expect(at(driver?.content, 'spec', 'requiresRepublish')).to.equal(true);
      expect(textAt(driver?.content, 'spec', 'tokenRequests', 0, 'audience')).to.equal(
        textAt(driver?.content, 'metadata', 'name'),
      );
    }
  });
});

function nodeWorkload(workloads: readonly Manifest[]): unknown {
  return workloads.find((workload) =>
    containersOf(workload).some(({ name }) => name === 'node-driver-registrar'),
  )?.content;
}

function hostPath(workload: unknown, volume: string): string {
  const volumes = listAt(workload, 'spec', 'template', 'spec', 'volumes');
  return textAt(
    volumes.find((each) => at(each, 'name') === volume),
    'hostPath',
    'path',
  );
}

function optionsOf(container: unknown): Options | undefined {
  if (at(container, 'name') !== 'csi-mock') return undefined;
  return optionsFromArguments(listAt(container, 'args').map(String), {});
}
