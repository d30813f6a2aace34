import { attachedAs, type Attached, type Attachment } from './attachment.js';
import type { StringMap } from './equality.js';

const NODE = 'csi-mock/node-id';
const READONLY = 'csi-mock/readonly';

/**
 * What ControllerPublishVolume answers and the CO hands to the node: never empty, and the same for the
 * same attachment, so that a node plugin without the controller's store knows that it has the volume.
 */
export function publishContext(attachment: Attachment): StringMap {
  return {
    [NODE]: attachment.nodeId,
    [READONLY]: String(attachedAs(attachment).readonly),
  };
}

/** How a volume is attached to the node that a context was made for; undefined for any other node. */
export function attachedBy(context: StringMap, nodeId: string): Attached | undefined {
  if (!Object.hasOwn(context, NODE) || context[NODE] !== nodeId) return undefined;
  return { readonly: context[READONLY] === 'true' };
}
