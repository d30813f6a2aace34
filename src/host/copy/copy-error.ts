/** Why a copy was not made. The message says what to do; what was begun is left to be removed. */
export class CopyError extends Error {
  override readonly name = 'CopyError';

  /**
   * `unsettled`: the source changed all the time; `not-readable`: it cannot be read as it is now, and
   * trying again changes nothing; `ended`: the run was ended.
   */
  constructor(
    readonly reason: 'unsettled' | 'not-readable' | 'ended',
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** A disk that has no room for the copy; `code` as in errors of node:fs. */
export class NoRoomError extends Error {
  override readonly name = 'NoRoomError';

  constructor(
    readonly code: 'ENOSPC' | 'EDQUOT',
    message: string,
  ) {
    super(message);
  }
}
