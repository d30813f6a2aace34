import { expect } from 'chai';
import { optionsFromArguments } from '../../src/options.js';

describe('notices of the options', () => {
  const kubernetes = { KUBERNETES_SERVICE_HOST: '10.0.0.1' };
  for (const [title, argv, env, found] of [
    ['a host name as node id in a pod', [], kubernetes, /node-id .* KUBE_NODE_NAME/],
    [
      'the name of csi-driver-host-path without its profile',
      ['--drivername=hostpath.csi.k8s.io'],
      {},
      /--profile=host-path/,
    ],
    [
      'a variable that is no option',
      [],
      { CSIMOCK_STATEDIR: '/s' },
      /^CSIMOCK_STATEDIR: .* CSIMOCK_STATE_DIR\?$/,
    ],
    [
      'a variable that Kubernetes made of a Service',
      [],
      { CSIMOCK_SERVICE_PORT_GRPC: '1' },
      /^CSIMOCK_SERVICE_PORT_GRPC: no such option/,
    ],
    [
      'a topology segment while topology is off',
      ['--topology=false', '--topology-segment=zone=z1'],
      {},
      /^option topology-segment has no effect/,
    ],
    [
      'a topology segment of another prefix than that of the topology key',
      ['--topology-segment=topology.kubernetes.io/zone=z1'],
      {},
      /^option topology-segment has another prefix/,
    ],
  ] as const) {
    it(`tell of ${title}`, () => {
      const { notices } = optionsFromArguments(argv, env);
      expect(notices).to.have.length(1);
      expect(notices[0]).to.match(found);
    });
  }

  it('do not tell of a node id in a pod that is given, or serves no node', () => {
    expect(optionsFromArguments(['--nodeid=n'], kubernetes).notices).to.deep.equal([]);
    expect(optionsFromArguments(['--services=controller'], kubernetes).notices).to.deep.equal([]);
  });
});
