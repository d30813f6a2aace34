/**
 * Whether an id could be one of our nodes': at most 128 bytes, begins and ends with a letter or digit,
 * so it is safe as a file name.
 */
export function isNodeId(id: string): boolean {
  return /^[A-Za-z0-9](?:[A-Za-z0-9._:-]{0,126}[A-Za-z0-9])?$/.test(id);
}
