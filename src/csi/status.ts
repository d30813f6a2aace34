import type { status } from '@grpc/grpc-js';

/** The name of a canonical gRPC code, for example `FAILED_PRECONDITION`. */
export type Code = Exclude<keyof typeof status, 'OK'>;

/**
 * A refusal with a canonical gRPC code and a message for the CO's user (spec: "Error Scheme").
 * The message names no secret and no mount flag; the cause is logged and never sent.
 */
export class StatusError extends Error {
  override readonly name = 'StatusError';

  constructor(
    readonly code: Code,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }

  /**
   * Makes a status of anything that was thrown. What is no StatusError becomes INTERNAL with a fixed
   * text: an unexpected error may quote paths and arguments, so only the log gets to see it.
   */
  static from(thrown: unknown): StatusError {
    if (thrown instanceof StatusError) return thrown;
    return new StatusError('INTERNAL', 'unexpected error; the log of the driver has the details', {
      cause: thrown,
    });
  }
}
