import { StatusError } from '../../csi/status.js';
import { isVolumeId } from '../../model/volume.js';

/**
 * The token of a list's next page names the last entry of the page before, so a list stays right while
 * entries come and go.
 */
const PREFIX = 'after:';

export function pageToken(lastId: string): string {
  return `${PREFIX}${lastId}`;
}

/** The id after which to go on; empty for the start. ABORTED for what is no token. */
export function startAfter(token: string): string {
  if (token === '') return '';
  const id = token.slice(PREFIX.length);
  if (token.startsWith(PREFIX) && isVolumeId(id)) return id;
  throw new StatusError('ABORTED', 'starting_token is not valid; start again without one');
}
