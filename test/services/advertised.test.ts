import { expect } from 'chai';
import { advertised } from '../../src/services/advertised.js';

describe('advertised', () => {
  const service = { Create: () => 1, Delete: () => 2, List: () => 3, GetCapabilities: () => 4 };
  const needs = [
    ['Create', 'CREATE_DELETE'],
    ['Delete', 'CREATE_DELETE'],
    ['List', 'LIST', 'LIST_MORE'],
  ] as const;
  const cases: [string, string[], string[]][] = [
    ['all of them', ['CREATE_DELETE', 'LIST'], ['Create', 'Delete', 'List', 'GetCapabilities']],
    ['one that two RPCs need', ['CREATE_DELETE'], ['Create', 'Delete', 'GetCapabilities']],
    ['one that one RPC needs', ['LIST'], ['List', 'GetCapabilities']],
    ['one of two that an RPC needs', ['LIST_MORE'], ['List', 'GetCapabilities']],
    ['none', [], ['GetCapabilities']],
    ['one that no RPC needs', ['MODIFIER'], ['GetCapabilities']],
  ];
  for (const [title, capabilities, rpcs] of cases) {
    it(`${title}: ${rpcs.join(', ')}`, () => {
      const served = advertised<typeof service, string>(service, needs, new Set(capabilities));
      expect(Object.keys(served)).to.deep.equal(rpcs);
      expect(Object.keys(service)).to.have.lengthOf(4);
    });
  }
});
