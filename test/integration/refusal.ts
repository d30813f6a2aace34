import { lstatSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { StatusError, type Code } from '../../src/csi/status.js';
import { mountsBelow } from '../host/scratch.js';
import type { DriverUnderTest } from './driver-under-test.js';

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

/** Expects a refusal, and every mount, volume and path of the test to be as before. */
export async function refusedUnchanged(
  driver: DriverUnderTest,
  act: () => Promise<unknown>,
  code: Code,
  message?: RegExp,
): Promise<void> {
  const before = whatIsThere(driver);
  await refused(act(), code, message);
  expect(whatIsThere(driver)).to.deep.equal(before);
}

/** Everything but the store, whose files change with every record, and what is being deleted. */
function whatIsThere({ scratch, options }: DriverUnderTest): string[] {
  const outside = readdirSync(scratch.root).map((name) => scratch.path(name));
  const paths = [
    join(options.poolDir, 'volumes'),
    ...outside.filter((path) => path !== options.stateDir),
  ];
  return [...paths.flatMap(tree), ...mountsBelow(scratch.root)];
}

/** A path and what is below it; symlinks are not followed. */
function tree(path: string): string[] {
  const status = lstatSync(path);
  const size = status.isDirectory() ? '' : status.size;
  const line = `${path} ${status.mode.toString(8)} ${status.dev}:${status.ino} ${size}`;
  if (!status.isDirectory()) return [line];
  return [line, ...readdirSync(path).flatMap((name) => tree(join(path, name)))];
}
