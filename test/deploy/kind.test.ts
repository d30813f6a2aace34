import { expect } from 'chai';
import { fakeTools, type FakeTools } from './fake-tools.js';

describe('deploy/kind', () => {
  let tools: FakeTools;

  beforeEach(() => {
    tools = fakeTools();
  });
  afterEach(() => tools.remove());

  /** All tools, in front of a cluster of so many nodes, or none. */
  function withCluster(nodes: number): void {
    tools.add('docker');
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
        `kind create cluster --config deploy/kind/${nodes}.yaml --wait 120s`,
        'docker build --tag csi-mock-driver:0.1.0 .',
        'kind load docker-image csi-mock-driver:0.1.0 --name csi-mock',
        `apply -k deploy/kind/${snapshots}`,
        'wait --for=condition=Established --timeout=60s ' +
          'crd/volumesnapshotclasses.snapshot.storage.k8s.io ' +
          'crd/volumesnapshotcontents.snapshot.storage.k8s.io ' +
          'crd/volumesnapshots.snapshot.storage.k8s.io',
        `apply -k deploy/overlays/${shape}`,
        '--namespace csi-mock rollout status statefulset.apps/csi-mock --timeout=180s',
      ]);
    });
  }

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

  it('down removes the cluster, and first what is in the shared directory', () => {
    withCluster(3);
    expect(tools.run('deploy/kind/down').status).to.equal(0);
    expect(tools.calls().slice(-2)).to.deep.equal([
      'docker exec csi-mock-control-plane find /var/lib/csi-mock-shared -mindepth 1 -delete',
      'kind delete cluster --name csi-mock',
    ]);
  });

  it('down does nothing where there is no cluster', () => {
    withCluster(0);
    expect(tools.run('deploy/kind/down').status).to.equal(0);
    expect(tools.calls()).to.deep.equal(['docker info', 'kind get clusters']);
  });
});
