import { expect } from 'chai';
import {
  CONTROLLER_CAPABILITIES,
  controllerCapabilitiesWithout,
  NODE_CAPABILITIES,
  nodeCapabilitiesWithout,
} from '../../src/model/service-capability.js';

describe('service capabilities', () => {
  it('are all there when none is dropped', () => {
    expect(controllerCapabilitiesWithout([])).to.deep.equal(CONTROLLER_CAPABILITIES);
    expect(nodeCapabilitiesWithout([])).to.deep.equal(NODE_CAPABILITIES);
  });

  for (const dropped of NODE_CAPABILITIES) {
    it(`node: ${dropped} goes alone`, () => {
      const left = NODE_CAPABILITIES.filter((capability) => capability !== dropped);
      expect(nodeCapabilitiesWithout([dropped])).to.deep.equal(left);
    });
  }

  for (const dropped of CONTROLLER_CAPABILITIES) {
    const along = {
      PUBLISH_UNPUBLISH_VOLUME: ['PUBLISH_READONLY', 'LIST_VOLUMES_PUBLISHED_NODES'],
      LIST_VOLUMES: ['LIST_VOLUMES_PUBLISHED_NODES'],
      CREATE_DELETE_VOLUME: ['CLONE_VOLUME'],
    };
    const gone = [
      dropped,
      ...(new Map<string, string[]>(Object.entries(along)).get(dropped) ?? []),
    ];
    it(`controller: without ${dropped} there is no ${gone.join(', no ')}`, () => {
      const left = CONTROLLER_CAPABILITIES.filter((capability) => !gone.includes(capability));
      expect(controllerCapabilitiesWithout([dropped])).to.deep.equal(left);
    });
  }
});
