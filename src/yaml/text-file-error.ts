/** A file that a person wrote cannot be used. The message says which and why, and quotes nothing of it. */
export class TextFileError extends Error {
  override readonly name = 'TextFileError';
}
