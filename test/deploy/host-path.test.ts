import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { HOST_PATH_FLAGS } from '../../src/options/host-path-flag.js';
import { optionsFromArguments } from '../../src/options.js';
import { ROOT } from './manifest.js';

const ENV = { CSIMOCK_PROFILE: 'host-path', CSI_ENDPOINT: 'unix:///csi/csi.sock' };
/** What the container hostpath of csi-driver-host-path v1.18.0 gets. */
const ARGS = [
  '--drivername=hostpath.csi.k8s.io',
  '--v=5',
  '--endpoint=unix:///csi/csi.sock',
  '--nodeid=node-1',
];

describe('docs/host-path.md', () => {
  const page = readFileSync(join(ROOT, 'docs/host-path.md'), 'utf8');

  for (const [deployment, args] of [
    ['usual', ARGS],
    ['distributed', [...ARGS, '--capacity=slow=10Gi', '--capacity=fast=100Gi']],
  ] as const) {
    it(`the driver takes the arguments of the ${deployment} deployment`, () => {
      const options = optionsFromArguments([...args], ENV);
      expect(options.driverName).to.equal('hostpath.csi.k8s.io');
      expect(options.stateDir).to.equal('/csi-data-dir');
      expect(options.nodeId).to.equal('node-1');
      expect(options.attach).to.equal(false);
    });
  }

  it('commands in the container find the driver without its arguments', () => {
    expect(optionsFromArguments([], ENV).adminSocket).to.equal(
      optionsFromArguments([...ARGS], ENV).adminSocket,
    );
  });

  const listed = [...page.matchAll(/^\| `--([^`=]+)(=[^`]+)?`/gm)];

  it('lists every flag that is refused', () => {
    const refused = [...HOST_PATH_FLAGS].filter(([, { treatment }]) => treatment === 'refused');
    expect(listed.map(([, name]) => name)).to.have.members([
      ...refused.map(([name]) => name),
      'attach-limit',
    ]);
  });

  for (const [, name = '', value] of listed) {
    it(`--${name} is refused`, () => {
      const on = value ?? (HOST_PATH_FLAGS.get(name)?.form === 'switch' ? '=true' : '=1');
      expect(() => optionsFromArguments([...ARGS, `--${name}${on}`], ENV)).to.throw(name);
    });
  }
});
