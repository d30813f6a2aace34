/** The driver cannot be tried on this rule. The message says why: it is reported, never as passed. */
export class Untestable extends Error {
  override readonly name = 'Untestable';
}
