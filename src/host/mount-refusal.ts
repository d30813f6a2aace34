/** Why a path cannot be mounted on, or a mount not removed; nothing was changed. */
export class MountRefusal extends Error {
  override readonly name = 'MountRefusal';

  constructor(
    readonly reason:
      | 'no-parent'
      | 'no-target'
      | 'symlink'
      | 'not-empty'
      | 'wrong-kind'
      | 'foreign-mount'
      | 'source-changed'
      | 'busy'
      | 'private'
      | 'not-permitted',
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}
