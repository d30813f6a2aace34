import { expect } from 'chai';
import { homedir, hostname } from 'node:os';
import { join } from 'node:path';
import { CONTROLLER_CAPABILITIES, NODE_CAPABILITIES } from '../src/model/service-capability.js';
import { optionsFromArguments, resolveOptions, type Options } from '../src/options.js';
import { refusal } from './options/refusal.js';

const DEFAULTS: Options = {
  profile: 'default',
  endpoint: 'unix:///home/u/.local/state/csi-mock/csi.sock',
  socketMode: 0o600,
  stateDir: '/home/u/.local/state/csi-mock',
  poolDir: '/home/u/.local/state/csi-mock/pool',
  sync: 'always',
  driverName: 'mock.csi.test',
  nodeId: hostname(),
  services: ['controller', 'node'],
  attach: true,
  attachLimit: 0,
  topology: true,
  topologyKey: 'topology.mock.csi.test/node',
  topologySegments: {},
  controllerCapabilities: CONTROLLER_CAPABILITIES,
  nodeCapabilities: NODE_CAPABILITIES,
  volumeExpansion: 'online',
  inlineVolumes: true,
  nodeExpandRequired: true,
  defaultVolumeSize: 1_073_741_824n,
  minVolumeSize: 0n,
  maxVolumeSize: 1_099_511_627_776n,
  capacity: new Map(),
  lifecycle: 'enforce',
  singleNodeWriterTargets: 'one',
  onOverlap: 'wait',
  maxRequestSize: 4_194_304n,
  logLevel: 'info',
  logFormat: 'auto',
  shutdownGrace: 10_000,
  adminSocket: '/home/u/.local/state/csi-mock/admin.sock',
  callLogSize: 1000,
  callLogMemory: 4_194_304n,
  callLogFile: '',
  grpcCallLines: false,
  httpEndpoint: '',
  statusPage: false,
  secretsFile: '',
  nodeIds: [hostname()],
  controllerEndpoint: '',
  proxyEndpoint: '',
  faultsFile: '',
  hooksFile: '',
  hookTimeout: 5_000,
  notices: [],
};

describe('options', () => {
  describe('defaults', () => {
    it('exercise everything', () => {
      expect(optionsFromArguments([], { HOME: '/home/u' })).to.deep.equal(DEFAULTS);
      expect(resolveOptions({}, { HOME: '/home/u' })).to.deep.equal(DEFAULTS);
    });

    for (const [title, env, stateDir] of [
      ['XDG_STATE_HOME', { XDG_STATE_HOME: '/xdg', HOME: '/home/u' }, '/xdg/csi-mock'],
      [
        'HOME when XDG_STATE_HOME is relative',
        { XDG_STATE_HOME: 'xdg', HOME: '/h' },
        '/h/.local/state/csi-mock',
      ],
      ['the home directory of the user', {}, join(homedir(), '.local/state/csi-mock')],
    ] as const) {
      it(`put the state under ${title}`, () => {
        expect(resolveOptions({}, env)).to.include({ stateDir, poolDir: join(stateDir, 'pool') });
      });
    }

    it('have no admin socket where its path would be too long, and say so', () => {
      const stateDir = `/${'d'.repeat(97)}`;
      const { adminSocket, notices } = resolveOptions({ stateDir, endpoint: '/csi.sock' }, {});
      expect(adminSocket).to.equal('');
      expect(notices.join()).to.include('--admin-socket');
      expect(
        resolveOptions({ stateDir: '/short', endpoint: '/csi.sock' }, {}).notices,
      ).to.deep.equal([]);
    });

    it('of the profile host-path are those of csi-driver-host-path', () => {
      expect(optionsFromArguments(['--profile=host-path'], { HOME: '/home/u' })).to.deep.equal({
        ...DEFAULTS,
        profile: 'host-path',
        endpoint: 'unix:///tmp/csi.sock',
        stateDir: '/csi-data-dir',
        poolDir: '/csi-data-dir/pool',
        adminSocket: '/csi-data-dir/admin.sock',
        driverName: 'hostpath.csi.k8s.io',
        attach: false,
        controllerCapabilities: CONTROLLER_CAPABILITIES.filter((name) => !name.includes('PUBLISH')),
        topologyKey: 'topology.hostpath.csi/node',
        lifecycle: 'warn',
      });
    });
  });

  describe('precedence: flag, environment, profile, default', () => {
    const flag = ['--driver-name=of.flag'];
    const env = { CSIMOCK_DRIVER_NAME: 'of.env', CSI_ENDPOINT: 'unix:///env.sock' };
    for (const [title, argv, variables, driverName] of [
      ['the flag', [...flag, '--profile=host-path'], env, 'of.flag'],
      ['the variable without a flag', ['--profile=host-path'], env, 'of.env'],
      ['the profile without either', ['--profile=host-path'], {}, 'hostpath.csi.k8s.io'],
      [
        'the profile of a variable too',
        [],
        { CSIMOCK_PROFILE: 'host-path' },
        'hostpath.csi.k8s.io',
      ],
      ['the default without all', [], {}, 'mock.csi.test'],
      ['an empty variable is none', [], { CSIMOCK_DRIVER_NAME: '' }, 'mock.csi.test'],
    ] as const) {
      it(title, () => {
        expect(optionsFromArguments(argv, variables).driverName).to.equal(driverName);
      });
    }

    it('a list of flags replaces the list of the variable', () => {
      const options = optionsFromArguments(['--without-node-capability=EXPAND_VOLUME'], {
        CSIMOCK_WITHOUT_NODE_CAPABILITY: 'GET_VOLUME_STATS',
      });
      expect(options.nodeCapabilities)
        .to.include('GET_VOLUME_STATS')
        .and.not.include('EXPAND_VOLUME');
    });

    it('CSIMOCK_NODE_ID before KUBE_NODE_NAME', () => {
      const both = { CSIMOCK_NODE_ID: 'mine', KUBE_NODE_NAME: 'kubes' };
      expect(optionsFromArguments([], both).nodeId).to.equal('mine');
      expect(optionsFromArguments([], { KUBE_NODE_NAME: 'kubes' }).nodeId).to.equal('kubes');
    });

    it('a program is not told by the environment', () => {
      expect(resolveOptions({}, env)).to.include({ driverName: 'mock.csi.test' });
    });
  });

  describe('from a program', () => {
    it('are values, or text as on the command line', () => {
      const options = resolveOptions({
        stateDir: '/s',
        attach: false,
        services: ['node'],
        maxVolumeSize: 10n,
        minVolumeSize: '1',
        defaultVolumeSize: 5,
        shutdownGrace: 250,
        socketMode: 0o660,
        capacity: { fast: '1Ki', slow: 7n },
        logLevel: undefined,
      });
      expect(options).to.deep.include({
        stateDir: '/s',
        attach: false,
        services: ['node'],
        maxVolumeSize: 10n,
        minVolumeSize: 1n,
        defaultVolumeSize: 5n,
        shutdownGrace: 250,
        socketMode: 0o660,
        capacity: new Map([
          ['fast', 1024n],
          ['slow', 7n],
        ]),
        logLevel: 'info',
      });
    });

    it('are copied, so that the program may go on with its own', () => {
      const capacity = new Map([['fast', 1n]]);
      const options = resolveOptions({ capacity });
      capacity.set('fast', 2n);
      expect(options.capacity).to.deep.equal(new Map([['fast', 1n]]));
    });

    for (const [field, value, shown] of [
      ['attach', 1, '1'],
      ['attachLimit', 1.5, '1.5'],
      ['attachLimit', -1, '-1'],
      ['attachLimit', null, 'null'],
      ['maxVolumeSize', -1n, '-1n'],
      ['maxVolumeSize', 2 ** 60, '1152921504606847000'],
      ['shutdownGrace', Number.NaN, 'NaN'],
      ['socketMode', 0o1777, '1023'],
      ['stateDir', 5, '5'],
      ['services', [], '[]'],
      ['services', ['node', 5], "[ 'node', 5 ]"],
      ['capacity', 5, '5'],
      ['capacity', { slow: 'ten' }, "{ slow: 'ten' }"],
      ['lifecycle', {}, '{}'],
    ] as const) {
      it(`${field}: ${shown} is refused`, () => {
        const error = refusal(() => resolveOptions({ [field]: value }));
        expect(error.message)
          .to.match(/^option [a-z-]+: expected /)
          .and.contain(`, got ${shown}`);
      });
    }

    it('with a name that does not exist are refused, and the nearest is suggested', () => {
      expect(
        refusal(() => resolveOptions(Object.fromEntries([['statDir', '/s']]))).message,
      ).to.equal('unknown option statDir; did you mean stateDir?');
      expect(refusal(() => resolveOptions(JSON.parse('{"__proto__": 1}'))).message).to.equal(
        'unknown option __proto__',
      );
    });
  });

  describe('together', () => {
    it('min-volume-size above max-volume-size is refused', () => {
      const error = refusal(() => resolveOptions({ minVolumeSize: '2Gi', maxVolumeSize: '1Gi' }));
      expect(error).to.include({ option: 'min-volume-size', given: 2n ** 31n });
      expect(resolveOptions({ minVolumeSize: '2Ti', maxVolumeSize: 0n }).maxVolumeSize).to.equal(
        0n,
      );
    });

    it('a topology-segment under the topology-key, in whatever case, is refused', () => {
      const topologySegment = { 'topology.mock.csi.test/Node': 'n' };
      expect(refusal(() => resolveOptions({ topologySegment })).option).to.equal(
        'topology-segment',
      );
    });

    it('several nodes need the node service', () => {
      const error = refusal(() => resolveOptions({ services: ['controller'], nodes: 3 }));
      expect(error).to.include({ option: 'nodes' });
      expect(error.message).to.include('without node');
      expect(resolveOptions({ services: ['controller'], nodes: 1 }).nodeIds).to.deep.equal([]);
    });

    it('volume-expansion=offline needs a controller that expands', () => {
      const withoutControllerCapability = ['EXPAND_VOLUME'] as const;
      const error = refusal(() =>
        resolveOptions({ volumeExpansion: 'offline', withoutControllerCapability }),
      );
      expect(error).to.include({ option: 'volume-expansion', given: 'offline' });
      expect(
        resolveOptions({ withoutControllerCapability, withoutNodeCapability: ['EXPAND_VOLUME'] }),
      ).to.have.property('volumeExpansion', 'off');
    });

    for (const nodeId of ['a:b', 'n'.repeat(64)]) {
      it(`node-id ${nodeId.slice(0, 5)} is no topology segment, so topology must be off`, () => {
        expect(refusal(() => resolveOptions({ nodeId })).option).to.equal('node-id');
        expect(resolveOptions({ nodeId, topology: false }).nodeId).to.equal(nodeId);
      });
    }
  });

  it('are frozen to the last part', () => {
    const options = optionsFromArguments(['--capacity=a=1', '--vmodule=x=1'], {});
    const { capacity } = options;
    if (!(capacity instanceof Map)) throw new Error('expected a map');
    for (const [name, part] of Object.entries({ ...options, options })) {
      expect(Object.isFrozen(part), name).to.equal(true);
    }
    expect(() => capacity.set('b', 2n)).to.throw(TypeError);
    expect(() => capacity.delete('a')).to.throw(TypeError);
    expect(() => {
      capacity.clear();
    }).to.throw(TypeError);
    expect([...capacity]).to.deep.equal([['a', 1n]]);
  });
});
