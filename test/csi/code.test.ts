import { expect } from 'chai';
import { codeName } from '../../src/csi/code.js';

describe('codeName', () => {
  const names: [number, string][] = [
    [0, 'OK'],
    [1, 'CANCELLED'],
    [5, 'NOT_FOUND'],
    [9, 'FAILED_PRECONDITION'],
    [13, 'INTERNAL'],
    [16, 'UNAUTHENTICATED'],
    [17, 'UNKNOWN'],
    [-1, 'UNKNOWN'],
    [1.5, 'UNKNOWN'],
  ];
  for (const [code, name] of names) {
    it(`${code} is ${name}`, () => {
      expect(codeName(code)).to.equal(name);
    });
  }
});
