import { expect } from 'chai';
import { StatusError, type Code } from '../../src/csi/status.js';

/** Expects `act` to refuse with a code and a message that matches. */
export function refuses(act: () => unknown, code: Code, message: RegExp = /./): void {
  expect(act).to.throw(StatusError, message).with.property('code', code);
}
