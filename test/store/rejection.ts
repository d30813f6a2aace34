import { AssertionError } from 'chai';

/** What a promise rejects with, checked to be of a class; fails when it resolves. */
export async function rejectionOf<E extends Error>(
  promise: Promise<unknown>,
  kind: abstract new (...args: never[]) => E,
): Promise<E> {
  try {
    await promise;
  } catch (error) {
    if (error instanceof kind) return error;
    throw error;
  }
  throw new AssertionError(`expected a rejection with ${kind.name}`);
}
