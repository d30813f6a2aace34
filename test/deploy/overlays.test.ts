import { expect } from 'chai';
import { optionsFromArguments, type Options } from '../../src/options.js';
import { built, hasKustomize, OVERLAYS, WORKLOADS } from './kustomize.js';
import { at, containersOf, isOf, listAt, textAt, type Manifest } from './manifest.js';

const TOKEN_PATH = '/var/run/secrets/kubernetes.io/serviceaccount';
const RESIZER = ['--handle-volume-inuse-error=false'];
const CAPACITY = ['--enable-capacity', '--capacity-ownerref-level=1'];

/** What the sidecars that talk to the API server get in each shape, beside the socket's address. */
const SIDECAR_ARGS: Readonly<
  Record<(typeof OVERLAYS)[number], Readonly<Record<string, readonly string[]>>>
> = {
  'all-in-one': {
    'csi-provisioner': ['--extra-create-metadata', ...CAPACITY],
    'csi-attacher': [],
    'csi-resizer': RESIZER,
    'csi-snapshotter': [],
  },
  split: {
    'csi-provisioner': ['--extra-create-metadata'],
    'csi-attacher': [],
    'csi-resizer': RESIZER,
    'csi-snapshotter': [],
  },
  distributed: {
    'csi-provisioner': [
      '--extra-create-metadata',
      ...CAPACITY,
      '--node-deployment',
      '--strict-topology',
      '--immediate-topology=false',
    ],
    'csi-resizer': [...RESIZER, '--leader-election'],
    'csi-snapshotter': ['--node-deployment'],
  },
};

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
    const running = (): readonly unknown[] =>
      workloads().flatMap(({ content }) =>
        listAt(content, 'spec', 'template', 'spec', 'containers'),
      );
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
      for (const container of running()) {
        const name = textAt(container, 'name');
        const [mount, ...others] = mountsOf(container, 'socket');
        expect(others, name).to.deep.equal([]);
        expect(textAt(mount, 'mountPath'), name).to.equal('/csi');
        // Who only connects need not write there.
        expect(at(mount, 'readOnly') ?? false, name).to.equal(name !== 'csi-mock');
      }
    });

    it('sidecars get what the shape needs, and know pod and node where they ask for them', () => {
      const args = running()
        .filter((container) => Object.hasOwn(SIDECAR_ARGS[overlay], textAt(container, 'name')))
        .map((container) => [textAt(container, 'name'), listAt(container, 'args').slice(1)]);
      expect(Object.fromEntries(args)).to.deep.equal(SIDECAR_ARGS[overlay]);
      for (const container of running()) {
        const given = listAt(container, 'args');
        const names = listAt(container, 'env').map((each) => textAt(each, 'name'));
        if (given.includes('--enable-capacity')) {
          expect(names).to.include.members(['NAMESPACE', 'POD_NAME']);
        }
        if (given.includes('--node-deployment')) expect(names).to.include('NODE_NAME');
      }
    });

    it('nobody but the sidecars that talk to the API server has a token', () => {
      const accounts = ofKind('ServiceAccount').map(({ content }) =>
        textAt(content, 'metadata', 'name'),
      );
      for (const { content } of workloads()) {
        const pod = at(content, 'spec', 'template', 'spec');
        expect(at(pod, 'automountServiceAccountToken')).to.equal(false);
        const all = listAt(pod, 'containers');
        const names = namesOf(
          all.filter((container) =>
            listAt(container, 'volumeMounts').some((each) => at(each, 'mountPath') === TOKEN_PATH),
          ),
        );
        const talking = namesOf(all).filter((name) => Object.hasOwn(SIDECAR_ARGS[overlay], name));
        expect(names).to.deep.equal(talking);
        if (names.length > 0) expect(accounts).to.include(textAt(pod, 'serviceAccountName'));
        else expect(textAt(pod, 'serviceAccountName')).to.equal('');
      }
    });

    it('a driver is live and ready when livenessprobe says so, at the port where it listens', () => {
      for (const { content } of workloads()) {
        const containers = listAt(content, 'spec', 'template', 'spec', 'containers');
        const driver = containers.find((each) => textAt(each, 'name') === 'csi-mock');
        const probe = containers.find((each) => textAt(each, 'name') === 'livenessprobe');
        const port = textAt(driver, 'ports', 0, 'containerPort');
        expect(listAt(probe, 'args')).to.include(`--health-port=${port}`);
        for (const kind of ['livenessProbe', 'readinessProbe']) {
          expect(at(driver, kind, 'httpGet'), kind).to.deep.equal({
            path: '/healthz',
            port: textAt(driver, 'ports', 0, 'name'),
          });
        }
      }
    });

    it('what the driver keeps is in a directory of the node, and not in that of the socket', () => {
      for (const { content } of workloads()) {
        const containers = listAt(content, 'spec', 'template', 'spec', 'containers');
        const mounts = containers.flatMap((each) =>
          optionsOf(each) === undefined ? [] : listAt(each, 'volumeMounts'),
        );
        const kept = containers.flatMap((each) => {
          const options = optionsOf(each);
          return options === undefined ? [] : [options.stateDir, options.poolDir];
        });
        expect(kept).to.have.lengthOf(2);
        for (const directory of kept) {
          const mount = mounts.find((each) => directory.startsWith(textAt(each, 'mountPath')));
          expect(textAt(mount, 'name'), directory).to.match(/^(state|shared)$/);
          expect(hostPath(content, textAt(mount, 'name'))).to.equal(textAt(mount, 'mountPath'));
        }
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

function mountsOf(container: unknown, volume: string): readonly unknown[] {
  return listAt(container, 'volumeMounts').filter((mount) => at(mount, 'name') === volume);
}

function namesOf(containers: readonly unknown[]): readonly string[] {
  return containers.map((container) => textAt(container, 'name'));
}
