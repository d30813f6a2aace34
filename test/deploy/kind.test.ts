import { existsSync, mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { fakeTools, type FakeTools } from './fake-tools.js';
import { containersOf, listAt, manifestsIn, ROOT, textAt } from './manifest.js';

describe('deploy/kind', () => {
  let tools: FakeTools;

  beforeEach(() => {
    tools = fakeTools();
  });
  afterEach(() => tools.remove());

  /** All tools, in front of a cluster of so many nodes, or none. */
  function withCluster(nodes: number): void {
    tools.add('docker');
    tools.add('git', 'echo 0123abc');
    tools.add(
      'kubectl',
      'case "$*" in *statefulsets,daemonsets*) echo statefulset.apps/csi-mock ;; esac',
    );
    const lines = Array.from({ length: nodes }, (_, index) => `echo node-${index}`).join('; ');
    tools.add(
      'kind',
      `case "$*" in "get clusters") ${nodes > 0 ? 'echo csi-mock' : ':'} ;; "get nodes"*) ${lines || ':'} ;; esac`,
    );
  }

  for (const missing of ['docker', 'kind', 'kubectl']) {
    for (const script of ['up', 'down']) {
      it(`${script} says that ${missing} is missing, and where to get it, and does nothing`, () => {
        for (const name of ['docker', 'kind', 'kubectl']) if (name !== missing) tools.add(name);
        const { status, stderr } = tools.run(`deploy/kind/${script}`);
        expect(status).to.equal(1);
        expect(stderr).to.match(new RegExp(`^${missing} is missing: .*https://.*\n$`));
        expect(tools.calls()).to.deep.equal([]);
      });
    }
  }

  it('up says that docker does not answer', () => {
    for (const name of ['kind', 'kubectl']) tools.add(name);
    tools.add('docker', 'exit 1');
    const { status, stderr } = tools.run('deploy/kind/up');
    expect(status).to.equal(1);
    expect(stderr).to.equal('docker does not answer: is it running, and may you use it?\n');
    expect(tools.calls()).to.deep.equal(['docker info']);
  });

  it('up says that git is missing, and does nothing', () => {
    for (const name of ['docker', 'kind', 'kubectl']) tools.add(name);
    const { status, stderr } = tools.run('deploy/kind/up');
    expect(status).to.equal(1);
    expect(stderr).to.match(/^git is missing: .*https:\/\/.*\n$/);
    expect(tools.calls()).to.deep.equal(['docker info']);
  });

  for (const script of ['up', 'down']) {
    it(`${script} does not take a kind that fails for one without clusters`, () => {
      withCluster(1);
      tools.add('kind', 'echo "it failed" >&2; exit 1');
      const { status, stderr } = tools.run(`deploy/kind/${script}`);
      expect(status).to.equal(1);
      expect(stderr).to.equal('it failed\nkind does not tell which clusters there are\n');
      expect(tools.calls().at(-1)).to.equal('kind get clusters');
    });
  }

  for (const args of [['other'], ['split', 'more'], ['--help']]) {
    it(`up refuses ${args.join(' ')} and does nothing`, () => {
      withCluster(0);
      const { status, stderr } = tools.run('deploy/kind/up', ...args);
      expect(status).to.equal(2);
      expect(stderr).to.equal('usage: up [all-in-one|split|distributed]\n');
      expect(tools.calls()).to.deep.equal([]);
    });
  }

  for (const [shape, nodes, snapshots] of [
    ['all-in-one', 'one-node', 'snapshot-controller'],
    ['split', 'three-nodes', 'snapshot-controller'],
    ['distributed', 'three-nodes', 'distributed-snapshots'],
  ] as const) {
    it(`up ${shape} makes a cluster with ${nodes}, loads the image, deploys, waits`, () => {
      withCluster(0);
      const { status, stdout } = tools.run('deploy/kind/up', shape);
      expect(status).to.equal(0);
      expect(stdout).to.include(`The driver runs, as ${shape}.`);
      const steps = tools
        .calls()
        .filter((call) => / (create|build|load|apply|wait|rollout) /.test(call));
      expect(
        steps.map((call) => call.replace('kubectl --context kind-csi-mock ', '')),
      ).to.deep.equal([
        `kind create cluster --image ${constant('NODE_IMAGE')} --config deploy/kind/${nodes}.yaml --wait 120s`,
        'docker build --build-arg REVISION=0123abc --tag csi-mock-driver:0.1.0 .',
        'kind load docker-image csi-mock-driver:0.1.0 --name csi-mock',
        `apply -k deploy/kind/${snapshots}`,
        'wait --for=condition=Established --timeout=60s ' +
          'crd/volumesnapshotclasses.snapshot.storage.k8s.io ' +
          'crd/volumesnapshotcontents.snapshot.storage.k8s.io ' +
          'crd/volumesnapshots.snapshot.storage.k8s.io',
        `apply -k deploy/overlays/${shape}`,
        '--namespace csi-mock rollout status statefulset.apps/csi-mock --timeout=180s',
        '--namespace kube-system rollout status deployment/snapshot-controller --timeout=180s',
      ]);
      expect(existsSync(tools.shared)).to.equal(nodes === 'three-nodes');
    });
  }

  it('up makes the shared directory for nobody else', () => {
    withCluster(0);
    mkdirSync(tools.shared, { mode: 0o755 });
    expect(tools.run('deploy/kind/up', 'split').status).to.equal(0);
    expect(statSync(tools.shared).mode & 0o777).to.equal(0o700);
  });

  for (const [what, make] of [
    ['a link', () => symlinkSync('/var/tmp', tools.shared)],
    ['a file', () => writeFileSync(tools.shared, '')],
  ] as const) {
    it(`up refuses ${what} in the place of the shared directory, and down leaves it alone`, () => {
      withCluster(0);
      make();
      const { status, stderr } = tools.run('deploy/kind/up', 'split');
      expect(status).to.equal(1);
      expect(stderr).to.equal(`${tools.shared} is not a directory of yours: remove it\n`);
      expect(tools.run('deploy/kind/down').status).to.equal(0);
      expect(tools.calls().join('\n')).not.to.match(/create|build|docker run/);
    });
  }

  it('up says how to remove a cluster that was left half-made', () => {
    withCluster(1);
    tools.add('kubectl', 'exit 1');
    const { status, stderr } = tools.run('deploy/kind/up');
    expect(status).to.equal(1);
    expect(stderr).to.equal('the cluster csi-mock does not answer: npm run kind:down removes it\n');
    expect(tools.calls().join('\n')).not.to.match(/apply|create|build|delete/);
  });

  it('up leaves a cluster that is there, brings it up to date and restarts the driver', () => {
    withCluster(1);
    tools.add(
      'kubectl',
      'case "$*" in *"-o name"*) echo namespace/csi-mock ;; esac; ' +
        'case "$*" in *statefulsets,daemonsets*) echo statefulset.apps/csi-mock ;; esac',
    );
    expect(tools.run('deploy/kind/up').status).to.equal(0);
    const calls = tools.calls().join('\n');
    expect(calls).not.to.include('kind create');
    expect(calls).to.include('apply -k deploy/overlays/all-in-one');
    expect(calls).to.include('rollout restart statefulset.apps/csi-mock');
  });

  it('up refuses a cluster of another shape and says how to remove it', () => {
    withCluster(3);
    const { status, stderr } = tools.run('deploy/kind/up', 'all-in-one');
    expect(status).to.equal(1);
    expect(stderr).to.include('npm run kind:down removes it');
    expect(tools.calls().join('\n')).not.to.match(/apply|create|build|delete/);
  });

  it('down removes the cluster, and then what is in the shared directory', () => {
    withCluster(3);
    mkdirSync(tools.shared);
    expect(tools.run('deploy/kind/down').status).to.equal(0);
    expect(tools.calls().slice(-2)).to.deep.equal([
      'kind delete cluster --name csi-mock',
      `docker run --rm --volume ${tools.shared}:${tools.shared} --entrypoint find ${constant('NODE_IMAGE')} ` +
        `${tools.shared} -mindepth 1 -delete`,
    ]);
    expect(existsSync(tools.shared)).to.equal(false);
  });

  it('down fails when something is left in the shared directory', () => {
    withCluster(0);
    mkdirSync(join(tools.shared, 'left'), { recursive: true });
    const { status, stderr } = tools.run('deploy/kind/down');
    expect(status).to.equal(1);
    expect(stderr).to.include(tools.shared);
  });

  it('down does nothing where there is no cluster', () => {
    withCluster(0);
    expect(tools.run('deploy/kind/down').status).to.equal(0);
    expect(tools.calls()).to.deep.equal(['docker info', 'kind get clusters']);
  });
});

describe('names in deploy/kind/lib.sh', () => {
  const clusters = manifestsIn('deploy/kind').filter(
    ({ content }) => textAt(content, 'apiVersion') === 'kind.x-k8s.io/v1alpha4',
  );

  it('CLUSTER is the name of both clusters', () => {
    const names = clusters.map(({ content }) => textAt(content, 'name'));
    expect(names).to.deep.equal([constant('CLUSTER'), constant('CLUSTER')]);
  });

  it('SHARED is what the three nodes have in the place that the shape split names', () => {
    const mounts = clusters.flatMap(({ content }) =>
      listAt(content, 'nodes').flatMap((node) => listAt(node, 'extraMounts')),
    );
    const mount = { hostPath: constant('SHARED'), containerPath: '/var/lib/csi-mock-shared' };
    expect(mounts).to.deep.equal([mount, mount, mount]);
  });

  it('IMAGE is the image of the driver in every manifest', () => {
    const images = manifestsIn('deploy')
      .flatMap(containersOf)
      .map(({ image }) => image)
      .filter((image) => image.startsWith('csi-mock-driver'));
    expect(new Set(images)).to.deep.equal(new Set([constant('IMAGE')]));
  });

  it('NODE_IMAGE has an exact version and digest, and no node has another', () => {
    expect(constant('NODE_IMAGE')).to.match(/^kindest\/node:v\d+\.\d+\.\d+@sha256:[\da-f]{64}$/);
    const nodes = clusters.flatMap(({ content }) => listAt(content, 'nodes'));
    expect(nodes.map((node) => textAt(node, 'image'))).to.deep.equal(['', '', '', '']);
  });
});

describe('deploy/kind/snapshot-controller', () => {
  it('names one exact version throughout, and waits longer for git than kustomize does', () => {
    const [kustomization] = manifestsIn('deploy/kind/snapshot-controller');
    const version = textAt(kustomization?.content, 'images', 0, 'newTag');
    expect(version).to.match(/^v\d+\.\d+\.\d+$/);
    const resources = listAt(kustomization?.content, 'resources').map(String);
    expect(resources).to.have.lengthOf(2);
    for (const resource of resources) {
      expect(resource)
        .to.match(/^https:/)
        .and.to.include(`?ref=${version}&timeout=5m`);
    }
  });
});

/** What lib.sh gives a name to. */
function constant(name: string): string {
  const text = readFileSync(join(ROOT, 'deploy/kind/lib.sh'), 'utf8');
  return new RegExp(`^readonly ${name}=(.*)$`, 'm').exec(text)?.[1] ?? '';
}
