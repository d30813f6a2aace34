/** Where a driver did not do what the rule wants. */
export interface Deviation {
  /** The call, in words, without secrets. */
  readonly sent: string;
  readonly came: string;
  readonly wanted: string;
}
