import { expect } from 'chai';
import { StatusError, type Code } from '../../src/csi/status.js';

/** Expects a call to be refused with a code and a message that matches. */
export async function refused(
  call: Promise<unknown>,
  code: Code,
  message: RegExp = /./,
): Promise<void> {
  const outcome = await call.then(
    () => 'OK',
    (error: unknown) => error,
  );
  expect(outcome, 'the call was answered OK').to.be.instanceOf(StatusError);
  expect(outcome).to.have.property('code', code);
  expect(outcome).to.have.property('message').that.matches(message);
}
