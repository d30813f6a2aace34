/** A file of hooks that cannot be used, when the driver starts. The message says what to do. */
export class HooksError extends Error {
  override readonly name = 'HooksError';
}
