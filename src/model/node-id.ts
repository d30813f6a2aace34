/** The longest id of one of our nodes, in bytes. */
export const LONGEST_NODE_ID = 128;

/** Letters, digits and what host names and their kin have between them: safe as a file name. */
export const NODE_ID_SHAPE = /^[a-z0-9](?:[a-z0-9._:-]*[a-z0-9])?$/i;

/** Whether an id could be one of our nodes'. */
export function isNodeId(id: string): boolean {
  return id.length <= LONGEST_NODE_ID && NODE_ID_SHAPE.test(id);
}
