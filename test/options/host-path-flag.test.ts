import { expect } from 'chai';
import { HOST_PATH_FLAGS } from '../../src/options/host-path-flag.js';
import { optionsFromArguments, type Options } from '../../src/options.js';
import { CONTROLLER_CAPABILITIES, NODE_CAPABILITIES } from '../../src/model/service-capability.js';
import { refusal } from './refusal.js';

const read = (...argv: string[]): Options => optionsFromArguments(argv, {});
const noControllerExpansion = CONTROLLER_CAPABILITIES.filter((name) => name !== 'EXPAND_VOLUME');
const noNodeExpansion = NODE_CAPABILITIES.filter((name) => name !== 'EXPAND_VOLUME');

/** Every flag of csi-driver-host-path v1.18 and of the klog that it links, but help. */
const ALL_FLAGS =
  'endpoint drivername statedir nodeid ephemeral maxvolumespernode capacity enable-attach ' +
  'check-volume-lifecycle max-volume-size enable-topology node-expand-required ' +
  'enable-volume-expansion enable-controller-modify-volume enable-snapshot-metadata ' +
  'snapshot-metadata-block-type accepted-mutable-parameter-names disable-controller-expansion ' +
  'disable-node-expansion enable-list-snapshots max-volume-size-node attach-limit proxy-endpoint ' +
  'automaxprocs log_dir log_file log_file_max_size logtostderr alsologtostderr ' +
  'legacy_stderr_threshold_behavior v add_dir_header skip_headers one_output skip_log_headers ' +
  'stderrthreshold alsologtostderrthreshold vmodule log_backtrace_at';

describe('flags of csi-driver-host-path', () => {
  it('are all known', () => {
    for (const flag of ALL_FLAGS.split(' ')) {
      try {
        read(`-${flag}=?`);
      } catch (error) {
        expect(String(error)).to.not.contain('unknown option');
      }
    }
  });

  describe('that its manifests pass', () => {
    const ENVIRONMENT = { CSI_ENDPOINT: 'unix:///csi/csi.sock', KUBE_NODE_NAME: 'node-1' };
    const COMMON = [
      '--drivername=hostpath.csi.k8s.io',
      '--v=5',
      '--endpoint=unix:///csi/csi.sock',
      '--nodeid=node-1',
    ];
    const COMES_OUT = {
      driverName: 'hostpath.csi.k8s.io',
      logLevel: 'debug',
      endpoint: 'unix:///csi/csi.sock',
      nodeId: 'node-1',
    };
    for (const [title, argv, options] of [
      ['single node', COMMON, {}],
      [
        'distributed',
        [...COMMON, '--capacity=slow=10Gi', '--capacity=fast=100Gi'],
        {
          capacity: new Map([
            ['slow', 10n * 2n ** 30n],
            ['fast', 100n * 2n ** 30n],
          ]),
        },
      ],
      [
        "Kubernetes' test suite",
        [
          ...COMMON,
          '-v=5',
          '--statedir=/data',
          '--enable-attach',
          '--enable-topology',
          '--attach-limit=2',
          '--node-expand-required=true',
          '--disable-controller-expansion=true',
        ],
        {
          stateDir: '/data',
          attach: true,
          topology: true,
          attachLimit: 2,
          nodeExpandRequired: true,
          controllerCapabilities: noControllerExpansion,
        },
      ],
    ] as const) {
      it(`${title}: work as they are`, () => {
        const found = optionsFromArguments(['--profile=host-path', ...argv], ENVIRONMENT);
        expect(found).to.deep.include({ ...COMES_OUT, ...options });
        expect(found.notices).to.deep.equal([]);
      });
    }
  });

  describe('that say what options of ours say', () => {
    const CASES: readonly (readonly [flags: string, options: Partial<Options>])[] = [
      ['-v=0', { logLevel: 'info' }],
      ['-v 3', { logLevel: 'info' }],
      ['--v=4', { logLevel: 'debug' }],
      ['-check-volume-lifecycle', { lifecycle: 'enforce' }],
      ['--check-volume-lifecycle=false', { lifecycle: 'warn' }],
      ['--maxvolumespernode=7', { attachLimit: 7 }],
      ['--attach-limit=3 --maxvolumespernode=7', { attachLimit: 3 }],
      [
        '--disable-controller-expansion',
        { controllerCapabilities: noControllerExpansion, nodeCapabilities: NODE_CAPABILITIES },
      ],
      [
        '--disable-controller-expansion --disable-controller-expansion=0',
        { controllerCapabilities: CONTROLLER_CAPABILITIES },
      ],
      [
        '--disable-node-expansion',
        {
          nodeCapabilities: noNodeExpansion,
          nodeExpandRequired: false,
          controllerCapabilities: CONTROLLER_CAPABILITIES,
        },
      ],
      [
        '--enable-volume-expansion=false',
        { nodeCapabilities: noNodeExpansion, controllerCapabilities: noControllerExpansion },
      ],
      [
        '--enable-volume-expansion',
        { nodeCapabilities: NODE_CAPABILITIES, controllerCapabilities: CONTROLLER_CAPABILITIES },
      ],
      [
        '--disable-node-expansion --without-node-capability=GET_VOLUME_STATS',
        {
          nodeCapabilities: noNodeExpansion.filter((name) => name !== 'GET_VOLUME_STATS'),
        },
      ],
      ['--enable-list-snapshots', { controllerCapabilities: CONTROLLER_CAPABILITIES }],
      [
        '--enable-list-snapshots=false',
        {
          controllerCapabilities: CONTROLLER_CAPABILITIES.filter(
            (name) => name !== 'LIST_SNAPSHOTS',
          ),
        },
      ],
      ['--log-level=warn -v=5', { logLevel: 'warn' }],
    ];
    for (const [flags, options] of CASES) {
      it(flags, () => {
        const found = read(...flags.split(' '));
        expect(found).to.deep.include(options);
        expect(found.notices).to.deep.equal([]);
      });
    }

    for (const [flag, option] of [
      ['--v=high', 'v'],
      ['--check-volume-lifecycle=maybe', 'check-volume-lifecycle'],
      ['--maxvolumespernode=-1', 'maxvolumespernode'],
      ['--attach-limit=-1', 'attach-limit'],
      ['--disable-node-expansion=', 'disable-node-expansion'],
      ['--automaxprocs=2', 'automaxprocs'],
    ] as const) {
      it(`${flag} is refused by name`, () => {
        const error = refusal(() => read(flag));
        expect(error.option).to.equal(option);
        expect(error.message).to.contain(`option ${option}: expected ${error.expected}, got `);
      });
    }
  });

  describe('that have no effect', () => {
    for (const [name, flag] of HOST_PATH_FLAGS) {
      if (flag.treatment !== 'ignored') continue;
      it(`--${name} is told of at start`, () => {
        const { notices, ...options } = read(`--${name}=1`);
        const { notices: none, ...defaults } = read();
        expect(options).to.deep.equal(defaults);
        expect(notices).to.have.length(none.length + 1);
        expect(notices[0]).to.match(new RegExp(`^option ${name} has no effect: .`));
      });
    }
  });

  describe('that would change what the driver is', () => {
    for (const [name, harmful, harmless] of [
      ['ephemeral', 'true', 'false'],
      ['enable-controller-modify-volume', 'true', 'false'],
      ['enable-snapshot-metadata', 'true', 'false'],
      ['max-volume-size-node', '1048576', '0'],
    ] as const) {
      it(`--${name}=${harmful} is refused, --${name}=${harmless} is not`, () => {
        const error = refusal(() => read(`--${name}=${harmful}`));
        expect(error.option).to.equal(name);
        expect(error.message).to.match(new RegExp(`^option ${name} cannot be '${harmful}': .`));
        expect(read(`--${name}=${harmless}`)).to.deep.equal(read());
      });
    }

    it('are all in this test', () => {
      const refused = [...HOST_PATH_FLAGS].filter(([, flag]) => flag.treatment === 'refused');
      expect(refused).to.have.length(4);
    });
  });
});
