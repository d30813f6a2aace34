import type { Attachment } from '../../model/attachment.js';
import type { ControllerDeps } from './deps.js';
import { describeUse } from './volume-uses.js';

/**
 * Takes a volume from a node; under the volume's lock. A node that still has it loses its say: whoever
 * detaches has given it up, and is warned.
 */
export async function detach(
  { store, uses }: Pick<ControllerDeps, 'store' | 'uses'>,
  { volumeId, nodeId }: Attachment,
  warn: (message: string) => void,
): Promise<void> {
  const use = uses.of(volumeId).find((each) => each.nodeId === nodeId);
  if (use !== undefined) {
    warn(`volume ${volumeId} is taken from a node that has it: ${describeUse(use)}`);
  }
  await store.removeAttachment(volumeId, nodeId);
}
