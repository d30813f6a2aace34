import { expect } from 'chai';
import { bootId } from '../../src/host/boot.js';

describe('bootId', () => {
  it('is a UUID that stays the same', () => {
    expect(bootId()).to.match(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
    expect(bootId()).to.equal(bootId());
  });
});
