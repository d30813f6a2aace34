import { expect } from 'chai';
import { optionsFromArguments } from '../../src/options.js';
import { at, containersOf, isOf, listAt, manifestsIn, textAt } from './manifest.js';

/** What Kubernetes' storage tests can ask of a driver; they take what is not said for no. */
const CAPABILITIES = [
  'RWX',
  'block',
  'capReadOnlyMany',
  'capacity',
  'controllerExpansion',
  'exec',
  'fsGroup',
  'groupSnapshot',
  'multiplePVsSameID',
  'multipods',
  'nodeExpansion',
  'offlineExpansion',
  'onlineExpansion',
  'persistence',
  'pvcDataSource',
  'readWriteOncePod',
  'singleNodeVolume',
  'snapshotDataSource',
  'topology',
  'volumeLimits',
  'volumeMountGroup',
];

describe('deploy/e2e/test-driver.yaml', () => {
  const [file] = manifestsIn('deploy/e2e');
  const driver = at(file?.content, 'DriverInfo');
  const all = manifestsIn('deploy/overlays/all-in-one')
    .flatMap(containersOf)
    .find(({ name }) => name === 'csi-mock');
  const options = optionsFromArguments([...(all?.args ?? [])], {});

  it('names the driver that is deployed', () => {
    const deployed = manifestsIn('deploy/base').find(isOf('CSIDriver'));
    expect(textAt(driver, 'Name')).to.equal(textAt(deployed?.content, 'metadata', 'name'));
  });

  it('says yes or no to every capability', () => {
    const capabilities = Object.entries(at(driver, 'Capabilities') ?? {});
    expect(capabilities.map(([name]) => name).toSorted()).to.deep.equal(CAPABILITIES);
    for (const [name, value] of capabilities) expect(value, name).to.be.a('boolean');
  });

  it('names the topology key of the driver', () => {
    expect(listAt(driver, 'TopologyKeys')).to.deep.equal([options.topologyKey]);
  });

  for (const [capability, has] of [
    ['capacity', options.controllerCapabilities.includes('GET_CAPACITY')],
    ['controllerExpansion', options.controllerCapabilities.includes('EXPAND_VOLUME')],
    ['nodeExpansion', options.nodeCapabilities.includes('EXPAND_VOLUME')],
    ['onlineExpansion', options.volumeExpansion === 'online'],
    ['pvcDataSource', options.controllerCapabilities.includes('CLONE_VOLUME')],
    ['readWriteOncePod', options.nodeCapabilities.includes('SINGLE_NODE_MULTI_WRITER')],
    ['snapshotDataSource', options.controllerCapabilities.includes('CREATE_DELETE_SNAPSHOT')],
    ['topology', options.topology],
    ['volumeLimits', options.attachLimit > 0],
    ['volumeMountGroup', options.nodeCapabilities.includes('VOLUME_MOUNT_GROUP')],
  ] as const) {
    it(`says of ${capability} what the driver does in the shape all-in-one: ${has}`, () => {
      expect(at(driver, 'Capabilities', capability)).to.equal(has);
    });
  }
});
